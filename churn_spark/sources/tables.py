"""The silver tables of the sources; the settings map a source's columns to theirs."""

from churn_spark.table import Table

CUSTOMERS = Table(
    "silver.customers",
    "What the customer source says of a customer from updated_at to the next row; one row per customer and change",
    """
    user_id STRING NOT NULL COMMENT 'Pseudonym of the user',
    updated_at TIMESTAMP NOT NULL COMMENT 'Time from which the row holds: from the source, or when the row was first read',
    joined_at TIMESTAMP COMMENT 'When the customer joined',
    tenure_months DOUBLE COMMENT 'Months as a customer at updated_at',
    contract_months INT COMMENT 'Term of the contract, months; 1: monthly',
    monthly_charges DECIMAL(18, 4) COMMENT 'Charges per month, money',
    total_charges DECIMAL(18, 4) COMMENT 'Charges since joining at updated_at, money',
    service_count INT COMMENT 'Services subscribed to',
    paperless_billing BOOLEAN COMMENT 'Bills are sent electronically',
    payment_method STRING COMMENT 'How bills are paid; FEATURES.md lists the values that the feature payment_method knows',
    automatic_payment BOOLEAN COMMENT 'Bills are paid without the customer doing anything',
    churned BOOLEAN COMMENT 'The source itself says that the customer has left; a label, never a feature'
    """,
    keys=("user_id", "updated_at"),
    timestamp_key="updated_at",
    cluster_by=("user_id",),
)

TRANSACTIONS = Table(
    "silver.transactions",
    "Payments; one row per transaction",
    """
    transaction_id STRING NOT NULL COMMENT 'Transaction',
    user_id STRING NOT NULL COMMENT 'Pseudonym of the user',
    paid_at TIMESTAMP NOT NULL COMMENT 'When it was paid',
    amount DECIMAL(18, 4) NOT NULL COMMENT 'Money; below 0: paid back'
    """,
    keys=("transaction_id",),
    cluster_by=("paid_at", "user_id"),
)

TICKETS = Table(
    "silver.tickets",
    "Calls for support; one row per ticket",
    """
    ticket_id STRING NOT NULL COMMENT 'Ticket',
    user_id STRING NOT NULL COMMENT 'Pseudonym of the user',
    opened_at TIMESTAMP NOT NULL COMMENT 'When it was opened',
    closed_at TIMESTAMP COMMENT 'When it was closed; null while open',
    by_phone BOOLEAN COMMENT 'Opened by a call',
    urgent BOOLEAN COMMENT 'Urgent'
    """,
    keys=("ticket_id",),
    cluster_by=("opened_at", "user_id"),
)
