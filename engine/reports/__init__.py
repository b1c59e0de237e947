"""Reports: the figures an application declares in reports/*.yaml, compiled and counted."""
