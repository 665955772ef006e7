"""Re-creation, from the API's description alone, of the six steps that DocSpace's documentation walks through.

An independent client: PORTAL_URL and API_KEY are all it is told. Standard library only.
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request

PORTAL_URL = os.environ.get("PORTAL_URL", "").rstrip("/")
API_KEY = os.environ.get("API_KEY", "")


def get_payment(path):
    request = urllib.request.Request(
        f"{PORTAL_URL}/api/2.0/portal/payment/{path}",
        headers={"Authorization": API_KEY},
        method="GET",
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read().decode("utf-8"))


def customer_info():
    customer = get_payment("customerinfo").get("response") or {}
    print(f"portalId: {customer.get('portalId')}")
    print(f"paymentMethodStatus: {customer.get('paymentMethodStatus')}")
    print(f"email: {customer.get('email')}")
    print(f"payer: {(customer.get('payer') or {}).get('displayName')}")


def balance():
    account = get_payment("customer/balance").get("response") or {}
    for sub_account in account.get("subAccounts") or []:
        print(f"{sub_account.get('currency')}: {sub_account.get('amount')}")


def quota():
    current = get_payment("quota").get("response") or {}
    print(f"title: {current.get('title')}")
    print(f"trial: {current.get('trial')}")
    print(f"dueDate: {current.get('dueDate')}")


def quotas():
    for plan in get_payment("quotas").get("response") or []:
        price = plan.get("price") or {}
        print(f"id: {plan.get('id')}")
        print(f"title: {plan.get('title')}")
        print(f"price: {price.get('value')} {price.get('isoCurrencySymbol')}")


def top_up_settings():
    data = get_payment("topupsettings")
    settings = data.get("settings") or {}
    print(f"enabled: {settings.get('enabled')}")
    print(f"minBalance: {settings.get('minBalance')}")
    print(f"upToBalance: {settings.get('upToBalance')}")
    print(f"currency: {settings.get('currency')}")
    print(f"lastModified: {settings.get('lastModified')}")


def currencies():
    for currency in get_payment("currencies").get("response") or []:
        name = currency.get("currencyNativeName")
        print(f"{currency.get('isoCountryCode')}: {currency.get('isoCurrencySymbol')} {name}")


STEPS = [
    ("1. customer info", customer_info),
    ("2. balance", balance),
    ("3. quota", quota),
    ("4. quotas", quotas),
    ("5. top-up settings", top_up_settings),
    ("6. currencies", currencies),
]


def main():
    if not PORTAL_URL or not API_KEY:
        sys.exit("Set PORTAL_URL and API_KEY.")
    for title, run in STEPS:
        print(f"== {title}")
        try:
            run()
        except urllib.error.HTTPError as error:
            print(f"failed: {error.code} {error.read().decode('utf-8', 'replace')}")
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            print(f"failed: {error}")


if __name__ == "__main__":
    main()
