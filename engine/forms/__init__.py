"""Forms: form-js JSON compiled at deployment; the server decides what a form may write."""
