# The images of the four services and of the tool that prepares a cluster:
#
#   docker build --build-arg SERVICE=api-gateway .      or ingest-service, flow-stream, projection-service, tools/cli
#
# Works with BuildKit and without. The stages up to `jars` are the same for all services, so they are built once.

FROM eclipse-temurin:25.0.3_9-jdk-noble AS jars
WORKDIR /source
COPY . .
RUN ./mvnw -B -ntp -pl ingest-service,flow-stream,projection-service,api-gateway,tools/cli -am \
        -Dmaven.test.skip -Dspotless.skip -Dstatic.analysis=-Xlint:none package
RUN for module in ingest-service flow-stream projection-service api-gateway; do \
        cp "$module"/target/*-executable.jar /tmp/app.jar \
        && java -Djarmode=tools -jar /tmp/app.jar extract --layers --destination "/layers/$module" || exit 1; \
    done \
    # Spring Boot's tool needs Spring in the jar; the commands have none and stay one jar.
    && mkdir -p /layers/tools/cli/dependencies /layers/tools/cli/snapshot-dependencies /layers/tools/cli/application \
    && cp tools/cli/target/*-executable.jar /layers/tools/cli/application/app.jar

# Layers by how often they change: libraries, our libraries, the service itself.
FROM eclipse-temurin:25.0.3_9-jre-noble AS service
ARG SERVICE
RUN groupadd --system --gid 10001 mindful && useradd --system --uid 10001 --gid 10001 --no-create-home mindful \
    && mkdir -p /var/lib/mindful && chown mindful:mindful /var/lib/mindful
WORKDIR /app
COPY deploy/image/ ./
COPY --from=jars /layers/${SERVICE}/dependencies/ ./
COPY --from=jars /layers/${SERVICE}/snapshot-dependencies/ ./
COPY --from=jars /layers/${SERVICE}/application/ ./

# Records which classes a start loads and links. The JVM refuses a cache of other jars or of another JVM, and starts
# without it.
FROM service AS training
RUN ./train

FROM service
COPY --from=training /app/app.aot ./
USER 10001:10001
EXPOSE 3001 9464
HEALTHCHECK --interval=5s --timeout=3s --start-period=180s --retries=3 CMD ["/app/ready"]
ENTRYPOINT ["java", "@/app/jvm.options", "-jar", "/app/app.jar"]
