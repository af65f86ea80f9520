"""Orders of entries: running extremes, partitions, searches and sets."""

from .running import running_logs, running_max, running_min

__all__ = ["running_logs", "running_max", "running_min"]
