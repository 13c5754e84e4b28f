"""Who may see and change what: the audit chain and field encryption; callers, roles and guards."""
