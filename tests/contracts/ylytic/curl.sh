# The commands of the documents, as they print them. One line differs: PUT creator lacks the quote
# that closes its header there, so that no shell could run it.

curl --location 'https://dashboard.ylytic.com/ylytic/api/v1/rt_tracking/creators' \
--header 'Authorization: Bearer {{auth_token}}' \
--data '{
    "connector" : "instagram",
    "handle" : "rcvjinsta",
    "cron expression": "0 1 * * *",
    "stories_cron_expression": "0 15 * * *",
    "stories_tracking_expiry_at":"2023-12-15 12:10:01.0",
    "tracking_expiry_at":"2023-12-10 12:12:1.0"
}'

curl --location 'https://dashboard.ylytic.com/ylytic//api/v1/rt_tracking/creators/rcvjinsta' \
--header 'Authorization: Bearer {{auth_token}}'

curl --location --request PUT 'https://dashboard.ylytic.com/ylytic/api/v1/rt_tracking/creators/rcvjinsta' \
--header 'Authorization: Bearer {{auth_token}}' \
--data '{
    "tracking" : "False",
    "stories_tracking" : "False",
    "cron_expression":"0 1 * * *",
    "stories_cron_expression":"0 1 * * *",
    "stories_tracking_expiry_at":"2023-12-15 12:10:01.0",
    "tracking_expiry_at":"2023-12-10 12:12:1.0"
}'

curl --location 'https://dashboard.ylytic.com/ylytic/api/v1/rt_tracking/posts' \
--header 'Authorization: Bearer {{auth_token}}' \
--data '{
    "connector" : "instagram",
    "shortcode" : "C1JjTC-STpl",
    "handle":"brut.india",
    "cron_expression":"0/5 * * * *",
    "tracking_expiry_at": "2024-10-23 12:23:12.12"
}'

curl --location 'https://dashboard.ylytic.com/ylytic/api/v1/rt_tracking/posts/C1JjTC-STpl' \
--header 'Authorization: Bearer {{auth_token}}' 

curl --location --request PUT 'https://dashboard.ylytic.com/ylytic/api/v1/rt_tracking/posts/C1JjTC-STpl' \
--header 'Authorization: Bearer {{auth_token}}' \
--data '{
    "connector" : "instagram",
    "tracking": "False",
    "cron_expression" : "*/3 * * * *",
    "tracking_expiry_at": "2024-10-23 12:23:12.12"
}'

curl --location 'https://dashboard.ylytic.com/ylytic/api/v1/rt_tracking/insights' \
--header 'Authorization: Bearer {{auth_token}}'
