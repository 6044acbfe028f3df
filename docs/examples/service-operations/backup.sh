# Every night, from cron or a systemd timer: a sealed backup, read again to its end.
set -eu
file="backups/kombify-$(date +%F).tar.gz.age"
mkdir -p backups
kombify backup "$file" --passphrase-file passphrase
kombify backup --verify "$file" --passphrase-file passphrase
