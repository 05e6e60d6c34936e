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
    age INT COMMENT 'Age at updated_at, years',
    region STRING COMMENT 'Region; FEATURES.md lists the values that the feature customer_region knows',
    plan STRING COMMENT 'Plan subscribed to; FEATURES.md lists the values that the feature plan knows',
    gender STRING COMMENT 'Gender; FEATURES.md lists the values that the feature customer_gender knows',
    senior BOOLEAN COMMENT 'At the age of retirement',
    partner BOOLEAN COMMENT 'Lives with a partner',
    dependents BOOLEAN COMMENT 'Has dependents, such as children',
    internet STRING COMMENT 'Internet access; FEATURES.md lists the values that the feature internet knows',
    services STRING COMMENT 'Services subscribed to, with commas between them; FEATURES.md lists the features has_...',
    churned BOOLEAN COMMENT 'The source itself says that the customer has left; a label, never a feature'
    """,
    keys=("user_id", "updated_at"),
    timestamp_key="updated_at",
    cluster_by=("user_id",),
    personal=("age", "region", "gender", "senior", "partner", "dependents"),
)

TRANSACTIONS = Table(
    "silver.transactions",
    "Payments and attempts to pay; one row per transaction",
    """
    transaction_id STRING NOT NULL COMMENT 'Transaction',
    user_id STRING NOT NULL COMMENT 'Pseudonym of the user',
    paid_at TIMESTAMP NOT NULL COMMENT 'When it was paid, or when the payment failed',
    amount DECIMAL(18, 4) NOT NULL COMMENT 'Money; below 0: paid back',
    failed BOOLEAN COMMENT 'The payment failed at paid_at: no money moved; a later try is a transaction of its own',
    due_at TIMESTAMP COMMENT 'Until when the payment was due',
    price DECIMAL(18, 4) COMMENT 'Price that the bill asks for a month, money'
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
    urgent BOOLEAN COMMENT 'Urgent',
    satisfaction DOUBLE COMMENT 'How the customer rated the answer, 1 (bad) to 5 (good); features know it from closed_at on'
    """,
    keys=("ticket_id",),
    cluster_by=("opened_at", "user_id"),
)

CALENDAR = Table(
    "silver.calendar",
    "Days that change what customers do, past and planned; one row per day, kind, name and region",
    """
    day DATE NOT NULL COMMENT 'Day',
    kind STRING NOT NULL COMMENT 'holiday or promotion',
    name STRING COMMENT 'Name of the holiday or promotion',
    region STRING COMMENT 'Region, as FEATURES.md lists those of the feature region; null: everywhere'
    """,
    cluster_by=("day",),
)
KINDS = ("holiday", "promotion")
