"""Values of a deployment: containers, services, health checks, the switch file of nginx, and the record on a host."""

from __future__ import annotations

from shipit.core.deploy.address import LOCAL as LOCAL
from shipit.core.deploy.address import machine as machine
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
from shipit.core.deploy.health import FIRST_SERVER_ERROR as FIRST_SERVER_ERROR
from shipit.core.deploy.health import TOO_LATE as TOO_LATE
from shipit.core.deploy.health import Answer as Answer
from shipit.core.deploy.health import HealthCheck as HealthCheck
from shipit.core.deploy.health import Identity as Identity
from shipit.core.deploy.nginx import SLOTS as SLOTS
from shipit.core.deploy.nginx import STATE_PATH as STATE_PATH
from shipit.core.deploy.nginx import TOKEN_HEADER as TOKEN_HEADER
from shipit.core.deploy.nginx import NginxSettings as NginxSettings
from shipit.core.deploy.nginx import Traffic as Traffic
from shipit.core.deploy.nginx import address_in as address_in
from shipit.core.deploy.nginx import is_edited as is_edited
from shipit.core.deploy.nginx import reported_traffic as reported_traffic
from shipit.core.deploy.nginx import switch_file as switch_file
from shipit.core.deploy.nginx import token_in as token_in
from shipit.core.deploy.nginx_names import names_looked_up_once as names_looked_up_once
from shipit.core.deploy.record import DeployEvent as DeployEvent
from shipit.core.deploy.record import DeployRecord as DeployRecord
from shipit.core.deploy.record import EventKind as EventKind
from shipit.core.deploy.record import Part as Part
from shipit.core.deploy.record import Replaced as Replaced
from shipit.core.deploy.service import PAUSED as PAUSED
from shipit.core.deploy.service import Service as Service
from shipit.core.deploy.service import ServiceChange as ServiceChange
from shipit.core.deploy.service import Task as Task
from shipit.core.deploy.service import UpdateOrder as UpdateOrder
from shipit.core.deploy.service import image_labels as image_labels
