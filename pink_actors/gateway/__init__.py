"""The process that speaks to the venue over REST: commands in, reports out."""
