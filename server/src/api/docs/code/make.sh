API={{ parlor }}/api/parlor/v1
KEY=anonymous   # or one of this house: plr_…

{{ uploads }}
curl --fail-with-body -OJ "$API/workflows/{{ slug }}/jobs?output=0" \
  -H "Authorization: Bearer $KEY" \
  -H 'Content-Type: application/json' \
  -d '{"inputs": {{ inputs }}}'
