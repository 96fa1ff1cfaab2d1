"""Requests to the venue over HTTP: one client, its budget and its clock."""
