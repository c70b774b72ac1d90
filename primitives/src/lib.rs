//! SCALE types, storage keys, call indices and limits shared by chain, node and client.
