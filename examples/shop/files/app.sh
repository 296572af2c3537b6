#!/bin/bash
# Starts the shop's web tier.
set -eu
dnf install -y nginx
cat >/etc/nginx/conf.d/shop.conf <<'NGINX'
server {
  listen 8080;
  location /healthz { return 200 "ok\n"; }
  location / { root /usr/share/nginx/html; }
}
NGINX
systemctl enable --now nginx
