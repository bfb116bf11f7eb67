# What runs in the pods of upstream's tests.
FROM scratch
COPY agnhost /agnhost
ENTRYPOINT ["/agnhost"]
