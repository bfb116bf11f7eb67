# What runs in the pods of the test, and their pause container.
FROM scratch
COPY busybox dns-server /bin/
RUN ["/bin/busybox", "--install", "-s", "/bin"]
CMD ["/bin/sleep", "infinity"]
