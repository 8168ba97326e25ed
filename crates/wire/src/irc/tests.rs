//! Conversations of one client, without a server.
