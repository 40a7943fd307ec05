{{/* Written by `make charts` from the code; edits are lost. */}}
{{- define "common.calls" -}}
- {"from": "accounts", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "carts", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "catalog", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "cms", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "events", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "inventory", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "notifications", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "orders", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "orders", "components": ["web"], "to": "carts", "at": "web"}
- {"from": "payments", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "payments", "components": ["web", "worker-saga"], "to": "payment-simulator", "at": "data"}
- {"from": "promotions", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "recommendations", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "reports", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "reviews", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "wishlists", "components": ["web"], "to": "accounts", "at": "web"}
- {"from": "all-in-one", "components": ["web"], "to": "all-in-one", "at": "web"}
- {"from": "all-in-one", "components": ["web", "worker-saga"], "to": "payment-simulator", "at": "data"}
- {"from": "payment-simulator", "components": ["data"], "to": "payments", "at": "web"}
- {"from": "payment-simulator", "components": ["data"], "to": "all-in-one", "at": "web"}
- {"from": "test", "components": ["test"], "to": "accounts", "at": "web"}
- {"from": "test", "components": ["test"], "to": "carts", "at": "web"}
- {"from": "test", "components": ["test"], "to": "catalog", "at": "web"}
- {"from": "test", "components": ["test"], "to": "inventory", "at": "web"}
- {"from": "test", "components": ["test"], "to": "orders", "at": "web"}
- {"from": "test", "components": ["test"], "to": "all-in-one", "at": "web"}
{{- end -}}
{{- define "common.serviceNames" -}}
- "accounts"
- "carts"
- "catalog"
- "cms"
- "events"
- "inventory"
- "notifications"
- "orders"
- "payments"
- "promotions"
- "recommendations"
- "reports"
- "reviews"
- "wishlists"
{{- end -}}
