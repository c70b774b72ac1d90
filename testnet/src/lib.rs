//! A local network of real node processes on loopback, for people, demos and tests.
