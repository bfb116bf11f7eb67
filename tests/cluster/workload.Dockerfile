# What runs in the pods of the test, and their pause container.
FROM scratch
COPY busybox workload-server workload-probe workload-sender /bin/
RUN ["/bin/busybox", "--install", "-s", "/bin"]
CMD ["/bin/sleep", "infinity"]
