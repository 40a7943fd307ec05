"""What cannot work is refused while it renders, in a sentence that begins with the value's name."""

import re
from pathlib import Path

import pytest
import yaml

from tests.platform.render import matrix
from tests.platform.render.cases import chart_of
from tests.platform.render.installed import services
from tests.platform.render.matrix import DIGEST, Values
from tools.charts.engine import Chart, Refused
from tools.charts.files import CHARTS

PRODUCTION = {"global": {"environment": "production"}, "image": {"digest": DIGEST}}
WHOLE = {"global": {"profile": "all-in-one"}}


def saga(**values: object) -> Values:
    return {"workers": {"saga": values}}


def route(**values: object) -> Values:
    return {"global": {"route": values}}


# Chart, values, the sentence.
REFUSED = [
    (
        "orders",
        {"global": {"environment": "production"}},
        "image.digest: in production an image is named by its digest, a tag may change",
    ),
    (
        "argosy",
        WHOLE | {"global": {"profile": "all-in-one", "environment": "production"}},
        "allInOne.image.digest: in production an image is named by its digest, a tag may change",
    ),
    (
        "argosy",
        {"global": {"environment": "production"}, "allInOne": {"image": {"digest": DIGEST}}},
        ".image.digest: in production an image is named by its digest, a tag may change",
    ),
    (
        "payments",
        PRODUCTION,
        "config.ARGOSY_PAYMENTS_SIMULATOR_URL: production has no payment simulator;"
        " give the address of the provider",
    ),
    (
        "orders",
        {"web": {"gracePeriodSeconds": 24}},
        "web.gracePeriodSeconds: 24 is less than preStopSeconds and the drain of 20 s together, 25",
    ),
    (
        "orders",
        {"web": {"preStopSeconds": 21}},
        "web.gracePeriodSeconds: 40 is less than preStopSeconds and the drain of 20 s together, 41",
    ),
    (
        "orders",
        saga(gracePeriodSeconds=74),
        "workers.saga.gracePeriodSeconds: 74 is less than the longest task of 60 s and 15 s",
    ),
    (
        "catalog",
        {"workers": {"jobs": {"gracePeriodSeconds": 164}}},
        "workers.jobs.gracePeriodSeconds: 164 is less than the longest task of 150 s and 15 s",
    ),
    (
        "orders",
        {"web": {"budget": {"maxUnavailable": 1, "minAvailable": 1}}},
        "web.budget: maxUnavailable and minAvailable exclude each other",
    ),
    (
        "orders",
        {"web": {"budget": {"maxUnavailable": 0}}},
        "web.budget.maxUnavailable: 0 allows no disruption, so no node could ever be drained",
    ),
    (
        "orders",
        saga(budget={"maxUnavailable": "0%"}),
        "workers.saga.budget.maxUnavailable: 0% allows no disruption,"
        " so no node could ever be drained",
    ),
    (
        "orders",
        {"web": {"budget": {"minAvailable": 2}}},
        "web.budget.minAvailable: 2 of 2 pods allows no disruption,"
        " so no node could ever be drained",
    ),
    (
        "orders",
        {"web": {"replicas": 3, "budget": {"minAvailable": "67%"}}},
        "web.budget.minAvailable: 67% of 3 pods allows no disruption,"
        " so no node could ever be drained",
    ),
    (
        "orders",
        saga(autoscaling={"enabled": True, "minReplicas": 3, "maxReplicas": 2}),
        "workers.saga.autoscaling.maxReplicas: 2 is less than minReplicas, 3",
    ),
    (
        "orders",
        {"web": {"resources": {"requests": {"memory": "1Gi"}}}},
        "web.resources.requests.memory: 1Gi is above the limit of 512Mi",
    ),
    (
        "orders",
        saga(resources={"requests": {"cpu": "1.5"}, "limits": {"cpu": "1499m"}}),
        "workers.saga.resources.requests.cpu: 1.5 is above the limit of 1499m",
    ),
    (
        "orders",
        {"migrate": {"resources": {"requests": {"memory": "257Mi"}}}},
        "migrate.resources.requests.memory: 257Mi is above the limit of 256Mi",
    ),
    (
        "orders",
        {"web": {"replicas": 11}},
        "database.connections: 240 are granted, but the pods may open 270",
    ),
    (
        "orders",
        {"config": {"ARGOSY_DATABASE_POOL_SIZE": 40}},
        "database.connections: 240 are granted, but the pods may open 378",
    ),
    (
        "orders",
        route(mode="gateway"),
        "global.route.gateway.name: route mode gateway needs the Gateway to attach to",
    ),
    (
        "orders",
        route(mode="ingress", ingress={"tlsSecret": "shop-tls"}),
        "global.route.hosts: global.route.ingress.tlsSecret is for named hosts, and none is given",
    ),
    (
        "orders",
        WHOLE,
        "global.profile: all-in-one is a value of the chart argosy,"
        " this is the chart of one service",
    ),
    (
        "argosy",
        WHOLE | {"orders": {"enabled": False}},
        "orders.enabled: the all-in-one profile holds every service",
    ),
    (
        "argosy",
        {"test": {"sku": "KIT-01", "currency": "EUR", "country": "DE"}},
        "test.shippingMethod: test.sku names an article of the shop, which needs this too",
    ),
    (
        "argosy",
        matrix.production(list(services())) | {"test": {}},
        "test.sku: in production the test buys an article of the shop, and puts none of its own"
        " on sale",
    ),
    (
        "argosy",
        {"orders": {"web": {"budget": {"maxUnavailable": 0}}}},
        "orders.web.budget.maxUnavailable: 0 allows no disruption,"
        " so no node could ever be drained",
    ),
    (
        "argosy",
        WHOLE | {"allInOne": {"web": {"gracePeriodSeconds": 5}}},
        "allInOne.web.gracePeriodSeconds: 5 is less than preStopSeconds and the drain of 20 s"
        " together, 25",
    ),
]
TYPOS = [
    ({"web": {"replica": 3}}, "/web"),
    ({"wbe": {}}, ""),
    ({"global": {"enviroment": "staging"}}, "/global"),
    ({"config": {"ARGOSY_LOGLEVEL": "INFO"}}, "/config"),
    ({"secrets": {"databse": {"name": "a"}}}, "/secrets"),
    ({"workers": {"jobs": {"replicas": 1}}}, "/workers"),
    ({"web": {"probes": {"liveness": {"path": "/"}}}}, "/web/probes/liveness"),
    ({"network": {"allowFrom": [{"ipblock": {"cidr": "10.0.0.0/8"}}]}}, "/network/allowFrom/0"),
]
WRONG_TYPES = [
    ({"web": {"replicas": "3"}}, "/web/replicas"),
    ({"web": {"replicas": 0}}, "/web/replicas"),
    ({"image": {"digest": "latest"}}, "/image/digest"),
    ({"config": {"ARGOSY_DATABASE_POOL_SIZE": "many"}}, "/config/ARGOSY_DATABASE_POOL_SIZE"),
    ({"global": {"route": {"mode": "tunnel"}}}, "/global/route/mode"),
    ({"global": {"data": {"mode": "embedded"}}}, "/global/data/mode"),
    ({"migrate": {"mode": "post-install"}}, "/migrate/mode"),
    ({"web": {"resources": {"limits": {"memory": "1GB"}}}}, "/web/resources/limits/memory"),
    ({"web": {"budget": {"maxUnavailable": "101%"}}}, "/web/budget/maxUnavailable"),
]


@pytest.mark.parametrize(("name", "values", "sentence"), REFUSED, ids=[one[2] for one in REFUSED])
def test_an_impossible_value_is_named(name, values, sentence):
    with pytest.raises(Refused) as refusal:
        chart_of(name).objects(values)

    assert str(refusal.value).endswith(sentence)


def test_every_refusal_of_the_templates_has_a_test():
    templates = [*CHARTS.glob("common/templates/*.tpl"), *CHARTS.glob("argosy/templates/*.tpl")]
    written = re.findall(
        r'fail (?:\(printf )?"([^"]+)"', "\n".join(one.read_text("utf-8") for one in templates)
    )
    shapes = [re.sub(r"%[svd]", ".*", re.escape(text)) for text in written]
    said = [sentence for *_, sentence in REFUSED]

    untold = [
        text
        for text, shape in zip(written, shapes, strict=True)
        if not any(re.fullmatch(f".*{shape}", sentence) for sentence in said)
    ]

    # Those of the next two tests.
    assert {text.partition(":")[0] for text in untold} == {"%sconfig.%s", "global.nativeSleep"}


@pytest.mark.parametrize(("values", "place"), TYPOS, ids=[place for _, place in TYPOS])
def test_a_typo_is_named(values, place):
    with pytest.raises(Refused, match=f"at '{place}': additional properties '.*' not allowed"):
        chart_of("orders").objects(values)


@pytest.mark.parametrize(("values", "place"), WRONG_TYPES, ids=[place for _, place in WRONG_TYPES])
def test_a_value_of_another_kind_is_named(values, place):
    with pytest.raises(Refused, match=f"at '{place}': "):
        chart_of("orders").objects(values)


def caller_of(template: str, folder: Path) -> Chart:
    """A chart of its own that calls one template of the library."""
    (folder / "templates").mkdir(parents=True)
    (folder / "charts").mkdir()
    (folder / "charts/common").symlink_to(CHARTS / "common")
    library = {"name": "common", "version": "0.1.0"}
    described = {"apiVersion": "v2", "name": "caller", "version": "0.1.0"}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(described | {"dependencies": [library]}))
    (folder / "templates/all.yaml").write_text(template)
    return Chart(folder)


@pytest.mark.parametrize(("version", "refused"), [("v1.29.9", True), ("v1.30.0", False)])
def test_a_cluster_without_the_sleep_action_is_named(tmp_path, version, refused):
    chart = caller_of(
        f'{{{{ include "common.assertSleep" (dict "wanted" true "version" "{version}") }}}}',
        tmp_path / "caller",
    )

    if refused:
        with pytest.raises(Refused, match=r"global\.nativeSleep: Kubernetes v1\.29\.9 has no"):
            chart.objects()
    else:
        assert chart.objects() == []


def test_a_setting_without_a_default_is_named(tmp_path):
    scope = (
        'dict "path" "" "global" (dict "environment" "staging") "values" (dict "config" dict)'
        ' "facts" (dict "required" (list "ARGOSY_ORDERS_TAX_OFFICE") "web" (dict "addresses" list))'
    )
    chart = caller_of(f'{{{{ include "common.assertConfig" ({scope}) }}}}', tmp_path / "caller")

    with pytest.raises(Refused, match=r"config\.ARGOSY_ORDERS_TAX_OFFICE: is not set, and has no"):
        chart.objects()


@pytest.mark.parametrize("values", matrix.SERVICE.values(), ids=list(matrix.SERVICE))
def test_what_an_operator_may_ask_for_is_not_refused(values):
    assert chart_of("orders").objects(values) != []
