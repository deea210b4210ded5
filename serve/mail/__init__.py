"""The mailbox: IMAP in, the outbox, SMTP out."""
