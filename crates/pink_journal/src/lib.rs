//! The journal: its frames, its reader and writer, and the program that reads it.
