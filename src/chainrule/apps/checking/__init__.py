"""Behind `chainrule check`: files and folders in, reports and an exit code out."""
