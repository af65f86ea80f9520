"""Families of hard cases, by kind: each module holds a list `CASES` whose derivatives are written from mathematics."""
