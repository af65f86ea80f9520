"""Reports of checks: judged documents in, pages for people and records for programs out."""
