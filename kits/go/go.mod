module countersign/webhooks

go 1.19
