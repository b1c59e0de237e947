"""Documents as people read them on paper: what they hold, written as PDF and as docx."""
