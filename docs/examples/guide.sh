#!/usr/bin/env bash
# FLORA's Assets guide, command by command, against an installation of your own. Needs bash, curl and node.
#
#   FLORA_BASE_URL=http://127.0.0.1:8787/api/v1 FLORA_API_KEY=sk_live_… docs/examples/guide.sh [picture.png]
set -euo pipefail
: "${FLORA_BASE_URL:?set it to the API base that the server printed; it ends in /api/v1}"
: "${FLORA_API_KEY:?set it to an API key; \"npx herbarium key create\" makes one}"
file=${1:-docs/sample.png}

curl() { command curl --silent --show-error "$@"; }
# The value at a path such as upload.url in the JSON on stdin.
pick() { node -e 'const at = (it, key) => it[key]; console.log(process.argv[1].split(".").reduce(at, JSON.parse(require("node:fs").readFileSync(0))))' "$1"; }
show() { printf '%s: %s\n' "$1" "$2"; }

workspace_id=$(curl "$FLORA_BASE_URL/workspaces" -H "Authorization: Bearer $FLORA_API_KEY" | pick workspaces.0.workspace_id)
project_id=$(curl "$FLORA_BASE_URL/projects?workspace_id=$workspace_id" -H "Authorization: Bearer $FLORA_API_KEY" | pick projects.0.project_id)

# Reserve a signed upload
reserved=$(curl -X POST "$FLORA_BASE_URL/assets" \
  -H "Authorization: Bearer $FLORA_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{ "source": "signed-url", "workspace_id": "'"$workspace_id"'", "file_name": "product.png", "content_type": "image/png", "folder": "api-uploads" }')
show reserve "$reserved"
asset_id=$(pick asset_id <<<"$reserved")

# Upload the file bytes: upload.formFields and the file to upload.url as multipart form data, without the API key
fields=$(node -e 'for (const [name, value] of Object.entries(JSON.parse(require("node:fs").readFileSync(0)).upload.formFields)) console.log(`${name}=${value}`)' <<<"$reserved")
form=()
while IFS= read -r field; do [ -z "$field" ] || form+=(--form-string "$field"); done <<<"$fields"
uploaded=$(curl -X POST "$(pick upload.url <<<"$reserved")" \
  ${form[@]+"${form[@]}"} \
  -F "$(pick upload.fileField <<<"$reserved")=@$file" \
  --output /dev/null --write-out '{"status":%{http_code}}')
show upload "$uploaded"

# Complete the asset
completed=$(curl -X POST "$FLORA_BASE_URL/assets/$asset_id/complete" \
  -H "Authorization: Bearer $FLORA_API_KEY")
show complete "$completed"

# List assets
listed=$(curl "$FLORA_BASE_URL/assets?workspace_id=$workspace_id&limit=10" \
  -H "Authorization: Bearer $FLORA_API_KEY")
show list "$listed"

# Retrieve an asset
retrieved=$(curl "$FLORA_BASE_URL/assets/$asset_id" \
  -H "Authorization: Bearer $FLORA_API_KEY")
show retrieve "$retrieved"

# Attach it to a project
attached=$(curl -X POST "$FLORA_BASE_URL/projects/$project_id/assets/$asset_id/attach" \
  -H "Authorization: Bearer $FLORA_API_KEY")
show attach "$attached"

# Retry an upload: a pending one gets fresh instructions, a ready one is refused
pending=$(curl -X POST "$FLORA_BASE_URL/assets" \
  -H "Authorization: Bearer $FLORA_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{ "source": "signed-url", "workspace_id": "'"$workspace_id"'", "file_name": "later.png" }')
show reserve-again "$pending"
retried=$(curl -X POST "$FLORA_BASE_URL/assets/$(pick asset_id <<<"$pending")/retry" \
  -H "Authorization: Bearer $FLORA_API_KEY")
show retry "$retried"
refused=$(curl -X POST "$FLORA_BASE_URL/assets/$asset_id/retry" \
  -H "Authorization: Bearer $FLORA_API_KEY")
show retry-of-ready "$refused"
