"""A receiver with Django, settings and all in one file: python django_app.py

In a project of your own, `webhook` is a view like any other.
"""

import json
import logging
import os
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from countersign_webhooks import WebhookError, verify
from secret_source import secret

SECRETS = {"current": secret()}

log = logging.getLogger(__name__)
settings.configure(
    SECRET_KEY=os.urandom(32).hex(),  # Django wants one; nothing here uses it
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DATA_UPLOAD_MAX_MEMORY_SIZE=1024 * 1024,  # over it request.body raises, which is answered 400
)


@csrf_exempt  # the signature stands in for the token, which no provider has
@require_POST
def webhook(request):
    body = request.body  # before request.POST, and in place of it
    try:
        verified = verify("bitbucket-cloud", SECRETS, request.headers, body)
    except WebhookError as error:
        log.warning("refused: %s", error.reason)  # for the operator; the sender learns nothing
        return HttpResponse("refused\n", status=403, content_type="text/plain")
    event = json.loads(body)  # only now
    log.info("%s %s has %d parts", verified.event_key, verified.request_id, len(event))
    return JsonResponse({"request_id": verified.request_id}, status=202)


urlpatterns = [path("webhook", webhook)]
application = get_wsgi_application()

if __name__ == "__main__":
    with make_server("127.0.0.1", int(os.environ.get("PORT", "8080")), application) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
