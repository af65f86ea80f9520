"""Jacobians that keep their structure: `structured_rows` carries all unit seeds at once, without their zeros."""

from .rows import structured_rows as structured_rows
