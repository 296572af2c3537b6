#!/bin/bash
# Puts the data volume to use and starts the shop.
set -eu
device=/dev/nvme1n1
until [ -b "$device" ]; do sleep 1; done
blkid "$device" >/dev/null || mkfs.xfs "$device"
mkdir -p /srv/shop
grep -q "$device" /etc/fstab || echo "$device /srv/shop xfs defaults,nofail 0 2" >>/etc/fstab
mount -a
dnf install -y nginx
systemctl enable --now nginx
