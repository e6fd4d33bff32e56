module countersign/webhooks/examples/gin

go 1.19

require (
	countersign/webhooks v0.1.0
	github.com/gin-gonic/gin v1.8.1
)

replace countersign/webhooks => ../..
