playbook "early_dues" { version = 12, case = "overdue_account" }
