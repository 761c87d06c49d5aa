//! The storage tool.

fn main() {}
