"""The plan that moves a branch, such as `prod`, to a release."""

from __future__ import annotations

from shipit.plan.promotion.model import PromotionPlan as PromotionPlan
from shipit.plan.promotion.observe import observe_promotion as observe_promotion
from shipit.plan.promotion.plan import make_promotion_plan as make_promotion_plan
