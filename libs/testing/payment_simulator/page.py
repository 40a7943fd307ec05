"""The pages a buyer sees while the bank asks for consent (3-D Secure)."""

from html import escape

from libs.testing.payment_simulator.events import Intent

_FRAME = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated bank</title>
<style>
body {{ font: 1.1rem system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem }}
button {{ font: inherit; padding: .6rem 1.2rem; margin-right: .5rem }}
form {{ display: inline }}
</style>
<h1>Simulated bank</h1>
{content}
</html>
"""


def ask(intent: Intent) -> bytes:
    """Two buttons: complete and refuse."""
    path = f"/intents/{escape(intent.id)}"
    return _page(
        f"<p>Pay {intent.amount} minor units of {escape(intent.currency)}?</p>"
        f'<form method="post" action="{path}/complete"><button>Complete</button></form>'
        f'<form method="post" action="{path}/refuse"><button>Refuse</button></form>'
    )


def tell(intent: Intent) -> bytes:
    """How it ended."""
    return _page(f"<p>This payment is {escape(intent.status)}. You may return to the shop.</p>")


def _page(content: str) -> bytes:
    return _FRAME.format(content=content).encode()
