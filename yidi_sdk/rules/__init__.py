"""The domain's own rules, pure: identity, filing, chronic diseases, flags, baskets, money, refunds, stays, clocks.

Nothing here waits, reads a clock, a file or a network, or draws chance: days and moments come in as arguments.
Rules stand in tables whose rows carry the ids of the decision tables (FI8, TR6 ...). Money is Decimal, in yuan.
"""
