#!/bin/bash
# Turns a new machine with Amazon Linux 2023 into one of movierec's. The user data in movierec.yaml runs it as root, from
# a copy of the release folder: the wheel and deploy/. It may run again, for instance after an upgrade of the release.
#
#   first_boot.sh KIND RELEASE PARAMETER_PATH REGION LOG_GROUP
#
# KIND is web, worker or scheduler; RELEASE is the folder with the copy.
set -euo pipefail

kind=$1 release=$2 parameter_path=$3 region=$4 log_group=$5
system=${SYSTEM_ROOT:-}  # where the machine's files are; tests have a folder of their own
python=${PYTHON:-python3.12}

case "$kind" in
    web) units=(movierec-web.service) extra= ;;
    worker) units=(movierec-worker.service movierec-metrics.service) extra= ;;
    scheduler)
        units=(movierec-migrate.service movierec-beat.service movierec-metrics.service)
        units+=(movierec-backup.timer movierec-drill.timer)
        extra='[embedded]'  # a drill restores into a server of its own
        ;;
    *) echo "$kind is no kind of machine; it is web, worker or scheduler." >&2; exit 2 ;;
esac

dnf install --quiet --assumeyes "$python" libgomp amazon-cloudwatch-agent
getent passwd movierec >/dev/null || useradd --system --home-dir /var/lib/movierec --shell /usr/sbin/nologin movierec

mkdir -p "$system"/opt/movierec "$system"/etc/systemd/system "$system"/etc/logrotate.d "$system"/var/log/movierec
mkdir -p -m 0700 "$system"/etc/movierec
[ -x "$system/opt/movierec/venv/bin/python" ] || "$python" -m venv "$system/opt/movierec/venv"
wheels=("$release"/movierec-*.whl)
[ -f "${wheels[0]}" ] || { echo "There is no wheel in $release." >&2; exit 1; }
"$system/opt/movierec/venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "${wheels[0]}$extra"
rm -rf "$system/opt/movierec/deploy"
cp -r "$release/deploy" "$system/opt/movierec/deploy"

# Settings: movierec-settings.service reads them from the Parameter Store before every start.
printf 'PARAMETER_PATH=%s\nAWS_DEFAULT_REGION=%s\n' "$parameter_path" "$region" >"$system/etc/movierec/aws"

# Logs: each service appends to a file of its own, which the agent sends to CloudWatch.
cp "$release"/deploy/systemd/movierec-* "$system/etc/systemd/system/"
for file in "$system"/etc/systemd/system/movierec-*.service; do
    unit=$(basename "$file" .service)
    mkdir -p "$file.d"
    printf '[Service]\nStandardOutput=append:/var/log/movierec/%s.log\nStandardError=inherit\n' "$unit" >"$file.d/log.conf"
done
cp "$release/deploy/aws/logrotate.conf" "$system/etc/logrotate.d/movierec"
mkdir -p "$system/opt/aws/amazon-cloudwatch-agent/etc"
sed "s|LOG_GROUP|$log_group|" "$release/deploy/aws/logs.json" >"$system/opt/aws/amazon-cloudwatch-agent/etc/movierec.json"
"$system/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s \
    -c "file:$system/opt/aws/amazon-cloudwatch-agent/etc/movierec.json" ||
    echo "The CloudWatch agent did not start; logs stay in /var/log/movierec." >&2

systemctl daemon-reload
for attempt in 1 2 3 4 5; do
    systemctl start movierec-settings && break
    [ "$attempt" = 5 ] && { echo "The settings below $parameter_path cannot be read." >&2; exit 1; }
    sleep 10
done
systemctl enable "${units[@]}"
systemctl restart --no-block "${units[@]}"
echo "This machine is a $kind of movierec: ${units[*]}."
