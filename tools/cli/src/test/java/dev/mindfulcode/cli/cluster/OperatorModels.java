package dev.mindfulcode.cli.cluster;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resources of CloudNativePG 1.27 and KEDA 2.18, which publish no Java models: the fields of their definitions that our
 * files use.
 */
final class OperatorModels {

    private OperatorModels() {}

    record PostgresCluster(String apiVersion, String kind, ObjectMeta metadata, PostgresSpec spec) {}

    record PostgresSpec(
            int instances,
            String imageName,
            Bootstrap bootstrap,
            Managed managed,
            Storage storage,
            Storage walStorage,
            Postgresql postgresql,
            ResourceRequirements resources,
            Affinity affinity,
            @Nullable Backup backup) {}

    record Bootstrap(InitDb initdb) {}

    record InitDb(String database, String owner, boolean dataChecksums, List<String> postInitApplicationSQL) {}

    record Managed(List<Role> roles) {}

    record Role(String name, String ensure, boolean login, LocalObjectReference passwordSecret) {}

    record Storage(String size) {}

    record Postgresql(Map<String, String> parameters) {}

    record Affinity(boolean enablePodAntiAffinity, String topologyKey) {}

    record Backup(String retentionPolicy, VolumeSnapshot volumeSnapshot) {}

    record VolumeSnapshot(String className) {}

    record Database(String apiVersion, String kind, ObjectMeta metadata, DatabaseSpec spec) {}

    record DatabaseSpec(String name, String owner, LocalObjectReference cluster) {}

    record ScheduledBackup(String apiVersion, String kind, ObjectMeta metadata, ScheduledBackupSpec spec) {}

    record ScheduledBackupSpec(
            String schedule, String backupOwnerReference, String method, LocalObjectReference cluster) {}

    record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, ScaledObjectSpec spec) {}

    record ScaledObjectSpec(
            ScaleTarget scaleTargetRef,
            int minReplicaCount,
            int maxReplicaCount,
            int pollingInterval,
            int cooldownPeriod,
            Advanced advanced,
            List<Trigger> triggers) {}

    record ScaleTarget(String apiVersion, String kind, String name) {}

    record Advanced(AutoscalerConfig horizontalPodAutoscalerConfig) {}

    record AutoscalerConfig(HorizontalPodAutoscalerBehavior behavior) {}

    record Trigger(String type, TriggerMetadata metadata) {}

    record TriggerMetadata(String serverAddress, String query, String threshold) {}
}
