//! Epoch schedule, frozen snapshots, permits.
