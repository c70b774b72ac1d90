//! The queue of key requests and the partial keys that answer it.
