"""What gateway and listener share: requests to the venue over HTTP, and reports to the kernel."""
