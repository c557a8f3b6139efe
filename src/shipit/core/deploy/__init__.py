"""Values of a deployment: containers, services, health checks, the switch file of nginx, and the record on a host.

A module is loaded when one of its names is first used: many commands need only the address of a host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.core.deploy.address import LOCAL as LOCAL
    from shipit.core.deploy.address import bucket_address as bucket_address
    from shipit.core.deploy.address import bucket_parts as bucket_parts
    from shipit.core.deploy.address import cluster_address as cluster_address
    from shipit.core.deploy.address import cluster_parts as cluster_parts
    from shipit.core.deploy.address import is_bucket as is_bucket
    from shipit.core.deploy.address import is_cluster as is_cluster
    from shipit.core.deploy.address import is_service as is_service
    from shipit.core.deploy.address import kubectl as kubectl
    from shipit.core.deploy.address import machine as machine
    from shipit.core.deploy.address import parameter_name as parameter_name
    from shipit.core.deploy.address import parameters_region as parameters_region
    from shipit.core.deploy.address import service_address as service_address
    from shipit.core.deploy.address import service_parts as service_parts
    from shipit.core.deploy.compose import PIN_FILE as PIN_FILE
    from shipit.core.deploy.compose import ComposeService as ComposeService
    from shipit.core.deploy.compose import is_edited_pin_file as is_edited_pin_file
    from shipit.core.deploy.compose import pin_file as pin_file
    from shipit.core.deploy.compose import pins_in as pins_in
    from shipit.core.deploy.container import APP as APP
    from shipit.core.deploy.container import SETTINGS as SETTINGS
    from shipit.core.deploy.container import Container as Container
    from shipit.core.deploy.container import ContainerImage as ContainerImage
    from shipit.core.deploy.container import ContainerSpec as ContainerSpec
    from shipit.core.deploy.container import DeployedImage as DeployedImage
    from shipit.core.deploy.ecs.definition_file import definition_in as definition_in
    from shipit.core.deploy.ecs.deployment import STAGED as STAGED
    from shipit.core.deploy.ecs.deployment import EcsDeployment as EcsDeployment
    from shipit.core.deploy.ecs.deployment import EcsPause as EcsPause
    from shipit.core.deploy.ecs.progress import deployment_state as deployment_state
    from shipit.core.deploy.ecs.progress import targets_of as targets_of
    from shipit.core.deploy.ecs.secrets import SecretReference as SecretReference
    from shipit.core.deploy.ecs.secrets import secret_words as secret_words
    from shipit.core.deploy.ecs.secrets import secrets_of as secrets_of
    from shipit.core.deploy.ecs.service import EcsAlarm as EcsAlarm
    from shipit.core.deploy.ecs.service import EcsState as EcsState
    from shipit.core.deploy.ecs.service import EcsTask as EcsTask
    from shipit.core.deploy.ecs.task_definition import CONTENT as CONTENT
    from shipit.core.deploy.ecs.task_definition import TaskDefinition as TaskDefinition
    from shipit.core.deploy.ecs.task_definition import content_hash as content_hash
    from shipit.core.deploy.ecs.task_definition import definition_name as definition_name
    from shipit.core.deploy.health import FIRST_SERVER_ERROR as FIRST_SERVER_ERROR
    from shipit.core.deploy.health import TOO_LATE as TOO_LATE
    from shipit.core.deploy.health import HealthAnswer as HealthAnswer
    from shipit.core.deploy.health import HealthCheck as HealthCheck
    from shipit.core.deploy.health import Identity as Identity
    from shipit.core.deploy.kubernetes.job import Job as Job
    from shipit.core.deploy.kubernetes.job import NewJob as NewJob
    from shipit.core.deploy.kubernetes.workload import Pod as Pod
    from shipit.core.deploy.kubernetes.workload import Workload as Workload
    from shipit.core.deploy.kubernetes.workload import digest_in as digest_in
    from shipit.core.deploy.kubernetes.workload import rollout as rollout
    from shipit.core.deploy.nginx.names import names_looked_up_once as names_looked_up_once
    from shipit.core.deploy.nginx.switch_file import SLOTS as SLOTS
    from shipit.core.deploy.nginx.switch_file import STATE_PATH as STATE_PATH
    from shipit.core.deploy.nginx.switch_file import TOKEN_HEADER as TOKEN_HEADER
    from shipit.core.deploy.nginx.switch_file import NginxSettings as NginxSettings
    from shipit.core.deploy.nginx.switch_file import Traffic as Traffic
    from shipit.core.deploy.nginx.switch_file import address_in as address_in
    from shipit.core.deploy.nginx.switch_file import is_edited as is_edited
    from shipit.core.deploy.nginx.switch_file import reported_traffic as reported_traffic
    from shipit.core.deploy.nginx.switch_file import switch_file as switch_file
    from shipit.core.deploy.nginx.switch_file import token_in as token_in
    from shipit.core.deploy.record import DeployEvent as DeployEvent
    from shipit.core.deploy.record import DeployRecord as DeployRecord
    from shipit.core.deploy.record import EventKind as EventKind
    from shipit.core.deploy.record import Part as Part
    from shipit.core.deploy.record import Replaced as Replaced
    from shipit.core.deploy.rollout_state import Rollout as Rollout
    from shipit.core.deploy.site import FRESH as FRESH
    from shipit.core.deploy.site import IMMUTABLE as IMMUTABLE
    from shipit.core.deploy.site import INDEX as INDEX
    from shipit.core.deploy.site import PROOF as PROOF
    from shipit.core.deploy.site import SiteFile as SiteFile
    from shipit.core.deploy.site import SiteRelease as SiteRelease
    from shipit.core.deploy.site import adopted as adopted
    from shipit.core.deploy.site import files_of_commit as files_of_commit
    from shipit.core.deploy.site import proof_of as proof_of
    from shipit.core.deploy.site import public_paths as public_paths
    from shipit.core.deploy.site import release_path as release_path
    from shipit.core.deploy.site import release_text as release_text
    from shipit.core.deploy.site import sha256_of as sha256_of
    from shipit.core.deploy.site import site_file as site_file
    from shipit.core.deploy.site import stored_path as stored_path
    from shipit.core.deploy.swarm.job import JOB as JOB
    from shipit.core.deploy.swarm.job import ServiceJob as ServiceJob
    from shipit.core.deploy.swarm.job import job_done as job_done
    from shipit.core.deploy.swarm.job import job_failure as job_failure
    from shipit.core.deploy.swarm.job import job_state as job_state
    from shipit.core.deploy.swarm.service import LOST_TASK as LOST_TASK
    from shipit.core.deploy.swarm.service import PAUSED as PAUSED
    from shipit.core.deploy.swarm.service import Service as Service
    from shipit.core.deploy.swarm.service import ServiceChange as ServiceChange
    from shipit.core.deploy.swarm.service import SwarmTask as SwarmTask
    from shipit.core.deploy.swarm.service import UpdateOrder as UpdateOrder
    from shipit.core.deploy.swarm.service import image_labels as image_labels

_NAMES = {
    "address": (
        "LOCAL",
        "bucket_address",
        "bucket_parts",
        "cluster_address",
        "cluster_parts",
        "is_bucket",
        "is_cluster",
        "is_service",
        "kubectl",
        "machine",
        "parameter_name",
        "parameters_region",
        "service_address",
        "service_parts",
    ),
    "compose": (
        "ComposeService",
        "PIN_FILE",
        "is_edited_pin_file",
        "pin_file",
        "pins_in",
    ),
    "container": (
        "APP",
        "Container",
        "ContainerImage",
        "ContainerSpec",
        "DeployedImage",
        "SETTINGS",
    ),
    "ecs.definition_file": ("definition_in",),
    "ecs.deployment": (
        "EcsDeployment",
        "EcsPause",
        "STAGED",
    ),
    "ecs.progress": (
        "deployment_state",
        "targets_of",
    ),
    "ecs.secrets": (
        "SecretReference",
        "secret_words",
        "secrets_of",
    ),
    "ecs.service": (
        "EcsAlarm",
        "EcsState",
        "EcsTask",
    ),
    "ecs.task_definition": (
        "CONTENT",
        "TaskDefinition",
        "content_hash",
        "definition_name",
    ),
    "health": (
        "FIRST_SERVER_ERROR",
        "HealthAnswer",
        "HealthCheck",
        "Identity",
        "TOO_LATE",
    ),
    "kubernetes.job": (
        "Job",
        "NewJob",
    ),
    "kubernetes.workload": (
        "Pod",
        "Workload",
        "digest_in",
        "rollout",
    ),
    "nginx.names": ("names_looked_up_once",),
    "nginx.switch_file": (
        "NginxSettings",
        "SLOTS",
        "STATE_PATH",
        "TOKEN_HEADER",
        "Traffic",
        "address_in",
        "is_edited",
        "reported_traffic",
        "switch_file",
        "token_in",
    ),
    "record": (
        "DeployEvent",
        "DeployRecord",
        "EventKind",
        "Part",
        "Replaced",
    ),
    "rollout_state": ("Rollout",),
    "site": (
        "FRESH",
        "IMMUTABLE",
        "INDEX",
        "PROOF",
        "SiteFile",
        "SiteRelease",
        "adopted",
        "files_of_commit",
        "proof_of",
        "public_paths",
        "release_path",
        "release_text",
        "sha256_of",
        "site_file",
        "stored_path",
    ),
    "swarm.job": (
        "JOB",
        "ServiceJob",
        "job_done",
        "job_failure",
        "job_state",
    ),
    "swarm.service": (
        "LOST_TASK",
        "PAUSED",
        "Service",
        "ServiceChange",
        "SwarmTask",
        "UpdateOrder",
        "image_labels",
    ),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
