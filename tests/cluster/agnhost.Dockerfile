# What runs in the pods of upstream's tests.
FROM scratch
COPY agnhost /agnhost-upstream
COPY agnhost-sctp /agnhost
COPY bash-static /bin/bash
ENTRYPOINT ["/agnhost"]
