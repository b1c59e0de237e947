"""Server-rendered pages for staff, process owners and schedulers."""
