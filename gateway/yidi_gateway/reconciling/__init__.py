"""Day end, month end, clearing and the problem ledger: nothing stays one-sided, nothing is called matched unseen."""
