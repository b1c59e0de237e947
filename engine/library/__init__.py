"""An application's files: processes/ and forms/ read as one bundle, checked, compared."""
