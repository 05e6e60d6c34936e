"""Customer tables in the layout of the public IBM Telco churn file, with a churn that follows from the columns."""

import csv
import math
import random
from pathlib import Path

ANSWERED_BY_PHONE = ("MultipleLines",)
ANSWERED_BY_INTERNET = (
    "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies",
)  # fmt: skip
COLUMNS = (
    "customerID", "gender", "SeniorCitizen", "Partner", "Dependents", "tenure", "PhoneService", "MultipleLines",
    "InternetService", *ANSWERED_BY_INTERNET, "Contract", "PaperlessBilling", "PaymentMethod", "MonthlyCharges",
    "TotalCharges", "Churn",
)  # fmt: skip
PAYMENTS = ("Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)")


def write_telco(file: Path, customers: int) -> None:
    """As in the public file, TotalCharges is a blank where tenure is 0. The first customer has a tenure of 0."""
    chance = random.Random(7)
    with file.open("w", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS)
        table.writeheader()
        for number in range(customers):
            table.writerow(_customer(chance, number))


def _customer(chance: random.Random, number: int) -> dict[str, object]:
    def yes(share: float = 0.5) -> str:
        return "Yes" if chance.random() < share else "No"

    phone, internet = yes(0.9), chance.choice(("DSL", "Fiber optic", "No"))
    contract = chance.choices(("Month-to-month", "One year", "Two year"), (55, 21, 24))[0]
    tenure = chance.randint(1, 72) if number else 0
    monthly = round(chance.uniform(18, 118), 2)
    log_odds = 1.5 * (contract == "Month-to-month") - tenure / 18 + (monthly - 65) / 30
    churned = chance.random() < 1 / (1 + math.exp(-log_odds))
    return {
        "customerID": f"{number:04d}-TELCO",
        "gender": chance.choice(("Female", "Male")),
        "SeniorCitizen": int(chance.random() < 0.16),
        "Partner": yes(),
        "Dependents": yes(0.3),
        "tenure": tenure,
        "PhoneService": phone,
        **{name: yes() if phone == "Yes" else "No phone service" for name in ANSWERED_BY_PHONE},
        "InternetService": internet,
        **{name: yes() if internet != "No" else "No internet service" for name in ANSWERED_BY_INTERNET},
        "Contract": contract,
        "PaperlessBilling": yes(0.6),
        "PaymentMethod": chance.choice(PAYMENTS),
        "MonthlyCharges": monthly,
        "TotalCharges": round(monthly * tenure, 2) if tenure else " ",
        "Churn": "Yes" if churned else "No",
    }
