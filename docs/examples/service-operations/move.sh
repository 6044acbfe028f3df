# From SQLite to PostgreSQL. The service is stopped, and its jobs have ended.
set -eu
kombify backup before-the-move.tar.gz
export KOMBISTACK_DATABASE_URL="$NEW_DATABASE_URL"
kombify restore before-the-move.tar.gz
kombify worker list
