package cloudapi

// Flights on routes (wayline tasks): prepare, execute, progress and what ends them.

// ExitHomingAction is a value of action.
type ExitHomingAction int

// Values of ExitHomingAction.
const (
	ExitHomingActionExitReturnHomeExitState  ExitHomingAction = 0 // Exit Return to Home Exit State
	ExitHomingActionEnterReturnHomeExitState ExitHomingAction = 1 // Enter Return to Home Exit State
)

// DockType is a value of dock_type.
type DockType string

// Values of DockType.
const (
	DockTypeLanding DockType = "landing"
	DockTypeTakeoff DockType = "takeoff" // Takeoff dock
)

// HomePositionIsValid is a value of home_position_is_valid.
type HomePositionIsValid int

// Values of HomePositionIsValid.
const (
	HomePositionIsValidInvalid      HomePositionIsValid = 0
	HomePositionIsValidValid        HomePositionIsValid = 1
	HomePositionIsValidHeadingOnly  HomePositionIsValid = 2
	HomePositionIsValidPositionOnly HomePositionIsValid = 3
)

// RTCMDeviceType is a value of rtcm_device_type.
type RTCMDeviceType int

// Values of RTCMDeviceType.
const (
	RTCMDeviceTypeDock RTCMDeviceType = 1
)

// SourceType is a value of source_type.
type SourceType int

// Values of SourceType.
const (
	SourceTypeNotCalibrated              SourceType = 0
	SourceTypeAutoConvergenceCalibration SourceType = 1
	SourceTypeManualCalibration          SourceType = 2
	SourceTypeNetworkRTKCalibration      SourceType = 3
)

// LandPointSet is a value of is_configured.
type LandPointSet int

// Values of LandPointSet.
const (
	LandPointSetNotSet LandPointSet = 0
	LandPointSetSet    LandPointSet = 1
)

// AlternateLandPointSet is a value of is_configured.
type AlternateLandPointSet int

// Values of AlternateLandPointSet.
const (
	AlternateLandPointSetNotSet     AlternateLandPointSet = 0
	AlternateLandPointSetAlreadySet AlternateLandPointSet = 1
)

// TaskType is a value of task_type.
type TaskType int

// Values of TaskType.
const (
	TaskTypeImmediate   TaskType = 0 // Immediate mission
	TaskTypeTimed       TaskType = 1 // Timed mission
	TaskTypeConditional TaskType = 2 // Conditional mission
)

// BreakPointState is a value of state.
type BreakPointState int

// Values of BreakPointState.
const (
	BreakPointStateOnSegment  BreakPointState = 0
	BreakPointStateOnWaypoint BreakPointState = 1
)

// OutOfControlAction is a value of out_of_control_action.
type OutOfControlAction int

// Values of OutOfControlAction.
const (
	OutOfControlActionReturnHome OutOfControlAction = 0 // Returning to home
	OutOfControlActionHover      OutOfControlAction = 1
	OutOfControlActionLand       OutOfControlAction = 2
)

// WaylinePrecisionType is a value of wayline_precision_type.
type WaylinePrecisionType int

// Values of WaylinePrecisionType.
const (
	WaylinePrecisionTypeGPSMission              WaylinePrecisionType = 0
	WaylinePrecisionTypeHighPrecisionRTKMission WaylinePrecisionType = 1
)

// WaylineType is a value of wayline_type.
type WaylineType int

// Values of WaylineType.
const (
	WaylineTypeWaypointRoute WaylineType = 0
)

// WaylineMissionState is a value of wayline_mission_state.
type WaylineMissionState int

// Values of WaylineMissionState.
const (
	WaylineMissionStateDisconnected         WaylineMissionState = 0
	WaylineMissionStateWaypointNotSupported WaylineMissionState = 1 // This waypoint is not supported
	WaylineMissionStatePreparing            WaylineMissionState = 2 // Wayline preparation state
	WaylineMissionStateUploading            WaylineMissionState = 3 // Wayline file uploading
	WaylineMissionStateStarting             WaylineMissionState = 4 // Trigger start command
	WaylineMissionStateEntering             WaylineMissionState = 5
	WaylineMissionStateFlying               WaylineMissionState = 6 // Wayline execution
	WaylineMissionStateInterrupted          WaylineMissionState = 7 // Wayline interrupted
	WaylineMissionStateResuming             WaylineMissionState = 8 // Wayline recovery
	WaylineMissionStateCompleted            WaylineMissionState = 9 // Wayline completed
)

// BreakReason is a value of break_reason.
type BreakReason int

// Values of BreakReason.
const (
	BreakReasonNoAbnormalities                                         BreakReason = 0
	BreakReasonMissionIDDoesNotExist                                   BreakReason = 1
	BreakReasonUncommonErrorPleaseContactTechnicalSupport              BreakReason = 2
	BreakReasonErrorLoadingWaylineFileWhenRequestingStart              BreakReason = 4
	BreakReasonFailedQueryBreakpointFileWhenRequestingBreakpoint       BreakReason = 5
	BreakReasonIncorrectCmdParameterWhenRequestingStartEnd             BreakReason = 6
	BreakReasonTimeoutParsingWPMZFileWhenRequestingStart               BreakReason = 7
	BreakReasonWaylineAlreadyStartedCannotStartAgain                   BreakReason = 257
	BreakReasonUnableInterruptWaylineThisStateOnlyAllowed              BreakReason = 258
	BreakReasonWaylineNotStartedCannotEndWayline                       BreakReason = 259
	BreakReasonFlightMissionConflictUnableObtainControlAircraft        BreakReason = 261
	BreakReasonUnableResumeWaylineThisStateOnlyAllowed                 BreakReason = 262
	BreakReasonAircraftExceededMaximumAltitudeLimit                    BreakReason = 513 // Aircraft exceeded the maximum altitude limit
	BreakReasonAircraftExceededMaximumDistanceLimit                    BreakReason = 514 // Aircraft exceeded the maximum distance limit
	BreakReasonRouteCrossesRestrictedArea                              BreakReason = 515 // route crosses a restricted area
	BreakReasonAircraftTriggeredAltitudeLimit                          BreakReason = 516
	BreakReasonAircraftTriggeredObstacleSensing                        BreakReason = 517
	BreakReasonPoorRTKSignal                                           BreakReason = 518
	BreakReasonApproachingBoundaryRestrictedZone                       BreakReason = 519 // Approaching the boundary of Restricted Zone
	BreakReasonExceededDocksGEOZoneAltitudeLimit                       BreakReason = 521
	BreakReasonFailedRequestTakeoffWayline                             BreakReason = 522
	BreakReasonTakeoffMissionExecutionFailed                           BreakReason = 523
	BreakReasonFailedRequestWaylineMission                             BreakReason = 524 // Failed to request wayline mission
	BreakReasonFailedRequestWaylineRTKFixingMission                    BreakReason = 526
	BreakReasonWaylineRTKFixingMissionFailedRun                        BreakReason = 527
	BreakReasonApproachBoundaryCustomFlightArea                        BreakReason = 528
	BreakReasonRouteBlockedObstacleOrNoFlyArea                         BreakReason = 529
	BreakReasonWeakGPSSignal                                           BreakReason = 769
	BreakReasonRemoteControllerGearNotNPosition                        BreakReason = 770
	BreakReasonHomePointNotRefreshed                                   BreakReason = 771
	BreakReasonUnableStartMissionLowCurrentBatteryLevel                BreakReason = 772
	BreakReasonWaylineInterruptedLowBatteryCausingReturnHome           BreakReason = 773
	BreakReasonDisconnectionBetweenRemoteControllerAircraft            BreakReason = 775
	BreakReasonAircraftGroundPropellersSpinningNotAllowedStart         BreakReason = 778
	BreakReasonDuringRealTimeTerrainFollowCameraStateAbnormal          BreakReason = 779
	BreakReasonRealTimeTerrainFollowingAltitudeSetUserInvalid          BreakReason = 780
	BreakReasonGlobalMapCalculationErrorDuringRealTimeTerrain          BreakReason = 781
	BreakReasonWaylineInterruptedStrongWindsCausingReturnHome          BreakReason = 784
	BreakReasonUserExit                                                BreakReason = 1281
	BreakReasonUserInterruption                                        BreakReason = 1282
	BreakReasonUserTriggeredReturnHome                                 BreakReason = 1283 // User triggered return to home
	BreakReasonIncorrectStartInformation                               BreakReason = 1539
	BreakReasonUsingUnsupportedCoordinateSystem                        BreakReason = 1540 // Using an unsupported coordinate system
	BreakReasonUsingUnsupportedAltitudeMode                            BreakReason = 1541 // Using an unsupported altitude mode
	BreakReasonUsingUnsupportedTransitionalWaylineMode                 BreakReason = 1542 // Using an unsupported transitional wayline mode
	BreakReasonUsingUnsupportedYawMode                                 BreakReason = 1543 // Using an unsupported yaw mode
	BreakReasonUsingUnsupportedYawDirectionReversalMode                BreakReason = 1544
	BreakReasonUsingUnsupportedWaypointType                            BreakReason = 1545 // Using an unsupported waypoint type
	BreakReasonCoordinatedTurningTypeCannotUsedStartEnd                BreakReason = 1546
	BreakReasonWaylineGlobalSpeedExceedsReasonableRange                BreakReason = 1547
	BreakReasonWaypointNumberAbnormal                                  BreakReason = 1548
	BreakReasonAbnormalLatitudeLongitudeData                           BreakReason = 1549 // Abnormal latitude and longitude data
	BreakReasonAbnormalTurningIntercept                                BreakReason = 1550
	BreakReasonMaximumSpeedWaylineSegmentExceedsReasonableRange        BreakReason = 1551
	BreakReasonWaylineSegmentTargetSpeedExceedsReasonableRange         BreakReason = 1552
	BreakReasonWaypointYawAngleExceedsReasonableRange                  BreakReason = 1553
	BreakReasonInputMissionIDResumingBreakpointWrong                   BreakReason = 1555
	BreakReasonProgressInformationResumingBreakpointInputError         BreakReason = 1556
	BreakReasonMissionStateResumingBreakpointAbnormal                  BreakReason = 1557
	BreakReasonWaypointIndexInformationResumingBreakpointInputError    BreakReason = 1558
	BreakReasonIncorrectLatitudeLongitudeInformationResumingBreakpoint BreakReason = 1559
	BreakReasonYawInputErrorWaypointsDuringResumingBreakpoint          BreakReason = 1560
	BreakReasonIncorrectFlagSettingResumingBreakpoint                  BreakReason = 1561
	BreakReasonWaylineGenerationFailed                                 BreakReason = 1563
	BreakReasonWaylineExecutionFailed                                  BreakReason = 1564
	BreakReasonEmergencyStopWaylineObstacleSensing                     BreakReason = 1565
	BreakReasonUnrecognizedActionType                                  BreakReason = 1588
	BreakReasonActionIDMustUnique                                      BreakReason = 1595 // Action ID must be unique
	BreakReasonActionIDValueCannot65535                                BreakReason = 1598 // Action ID value cannot be 65535
	BreakReasonNumberActionGroupsExceedsReasonableRange                BreakReason = 1602
	BreakReasonErrorActionGroupEffectiveRange                          BreakReason = 1603 // Error in action group effective range
	BreakReasonActionIndexExceedsReasonableRangeDuringResuming         BreakReason = 1606
	BreakReasonTriggerRunningResultBreakpointInformationAbnormal       BreakReason = 1608
	BreakReasonActionGroupIDInformationCanNotDuplicated                BreakReason = 1609
	BreakReasonActionGroupPositionsCannotRepeatedDuringResuming        BreakReason = 1610
	BreakReasonActionGroupPositionsExceedReasonableRangeDuring         BreakReason = 1611
	BreakReasonActionIDNotBreakpointInformationDuringResuming          BreakReason = 1612
	BreakReasonActionStateCanNotSetInterruptDuring                     BreakReason = 1613
	BreakReasonResumeFailureIncorrectBreakpointInformation             BreakReason = 1614
	BreakReasonUnrecognizedActionTypeNo1634                            BreakReason = 1634
	BreakReasonUnrecognizedTriggerType                                 BreakReason = 1649
	BreakReasonUnknownIssue                                            BreakReason = 65534
	BreakReasonUnknownIssueNo65535                                     BreakReason = 65535
)

// FlightTaskStep is a value of current_step.
type FlightTaskStep int

// Values of FlightTaskStep.
const (
	FlightTaskStepInitial             FlightTaskStep = 0 // Initial state
	FlightTaskStepCheckNoRoute        FlightTaskStep = 1
	FlightTaskStepCheckNotWorking     FlightTaskStep = 2
	FlightTaskStepCheckRoute          FlightTaskStep = 3 // Pre-flight check wayline execution in progress
	FlightTaskStepCheckReturn         FlightTaskStep = 4
	FlightTaskStepPrepare             FlightTaskStep = 5
	FlightTaskStepDockStartsWork      FlightTaskStep = 6 // Dock enters working state
	FlightTaskStepOpenCover           FlightTaskStep = 7
	FlightTaskStepPair                FlightTaskStep = 8 // Remote image transmission frequency Pairing
	FlightTaskStepWaitFlightSystem    FlightTaskStep = 9
	FlightTaskStepWaitRTK             FlightTaskStep = 10
	FlightTaskStepCheckRTKSource      FlightTaskStep = 11
	FlightTaskStepWaitFlightControl   FlightTaskStep = 12 // Waiting for flight control notification
	FlightTaskStepSeizeControl        FlightTaskStep = 13
	FlightTaskStepCheckFlightAreas    FlightTaskStep = 14 // Consistency check of custom flight area
	FlightTaskStepCheckOfflineMaps    FlightTaskStep = 15 // Consistency check of offline maps
	FlightTaskStepGetRouteAddress     FlightTaskStep = 16 // Get the latest KMZ URL
	FlightTaskStepDownloadRoute       FlightTaskStep = 17 // Download KMZ
	FlightTaskStepUploadRoute         FlightTaskStep = 18 // KMZ uploading
	FlightTaskStepConfigureDyeing     FlightTaskStep = 19 // Coloring configuration
	FlightTaskStepSetTakeoff          FlightTaskStep = 20
	FlightTaskStepSetFlyTo            FlightTaskStep = 21 // Aircraft flyto takeoff parameter setting
	FlightTaskStepCheckLandingDock    FlightTaskStep = 22
	FlightTaskStepSetHomePoint        FlightTaskStep = 23 // Home point setting
	FlightTaskStepStartRoute          FlightTaskStep = 24 // Trigger wayline execution
	FlightTaskStepFly                 FlightTaskStep = 25 // Aircraft Landing at Dock
	FlightTaskStepReturnCheck         FlightTaskStep = 26 // Enter pre-return-to-home check
	FlightTaskStepLand                FlightTaskStep = 27 // Aircraft landing at the dock
	FlightTaskStepCloseCover          FlightTaskStep = 28 // Close the cover after landing
	FlightTaskStepDockEndsWork        FlightTaskStep = 29 // Dock exits working mode
	FlightTaskStepRecover             FlightTaskStep = 30 // Dock abnormal recovery
	FlightTaskStepUploadLogs          FlightTaskStep = 31 // Dock uploads flight system logs
	FlightTaskStepCheckRecording      FlightTaskStep = 32 // Check camera recording state
	FlightTaskStepCountMedia          FlightTaskStep = 33 // Get the number of media files
	FlightTaskStepRecoverAfterTakeoff FlightTaskStep = 34 // Abnormal recovery after dock takeoff cover
	FlightTaskStepTellResult          FlightTaskStep = 35 // Notify mission result
	FlightTaskStepListLogs            FlightTaskStep = 36 // Log list retrieval - Aircraft list
	FlightTaskStepListLogsAircraft    FlightTaskStep = 37
	FlightTaskStepListLogsDock        FlightTaskStep = 38
	FlightTaskStepPullLogs1           FlightTaskStep = 39    // Log retrieval - Retrieve aircraft logs
	FlightTaskStepPullLogs2           FlightTaskStep = 40    // Log retrieval - Retrieve dock logs
	FlightTaskStepPullLogs3           FlightTaskStep = 41    // Log retrieval - Compress aircraft logs
	FlightTaskStepPullLogs4           FlightTaskStep = 42    // Log retrieval - Compress dock logs
	FlightTaskStepPullLogs5           FlightTaskStep = 43    // Log retrieval - Upload aircraft logs
	FlightTaskStepPullLogs6           FlightTaskStep = 44    // Log retrieval - Upload dock logs
	FlightTaskStepPullLogs7           FlightTaskStep = 45    // Log retrieval - Notify the result
	FlightTaskStepPrepareFlightAreas  FlightTaskStep = 46    // Custom flight area file update preparation
	FlightTaskStepUpdateFlightAreas   FlightTaskStep = 47    // Custom flight area updating
	FlightTaskStepPrepareOfflineMaps  FlightTaskStep = 48    // Offline map update preparation
	FlightTaskStepUpdateOfflineMaps   FlightTaskStep = 49    // Offline map updating
	FlightTaskStepWaitReply           FlightTaskStep = 65533 // Wait for service response after completion
	FlightTaskStepNone                FlightTaskStep = 65534 // No specific state
	FlightTaskStepUnknown             FlightTaskStep = 65535
)

// StopReason is a value of reason.
type StopReason int

// Values of StopReason.
const (
	StopReasonNormalTermination             StopReason = 0
	StopReasonStateMachineOtherDockAbnormal StopReason = 1
)

// LastPointType is a value of last_point_type.
type LastPointType int

// Values of LastPointType.
const (
	LastPointTypeLastPointTrajectoryAboveReturnPoint    LastPointType = 0
	LastPointTypeLastPointTrajectoryNotAboveReturnPoint LastPointType = 1
)

// PlanStatus is a value of plan_status.
type PlanStatus int

// Values of PlanStatus.
const (
	PlanStatusPlanningFailedOrProgress       PlanStatus = 0 // Planning failed or in progress
	PlanStatusPathPlanningUnreachable        PlanStatus = 1
	PlanStatusPathPlanningUnreachableBattery PlanStatus = 2 // Path planning unreachable due to battery
	PlanStatusDestinationReachable           PlanStatus = 3
)

// DeviceExitHomingNotify is the data of device_exit_homing_notify (events).
type DeviceExitHomingNotify struct {
	SN     string           `json:"sn"`
	Action ExitHomingAction `json:"action"`
	Reason Loose            `json:"reason"`
	Bag
}

// FlightSetupExceptionNotify is the data of flight_setup_exception_notify (events).
type FlightSetupExceptionNotify struct {
	SN          string  `json:"sn"`
	TimeoutTime int64   `json:"timeout_time"` // min, 2 to 10
	Timestamp   float64 `json:"timestamp"`
	FlightType  int     `json:"flight_type"` // 1 to 2
	FlightID    string  `json:"flight_id"`
	Bag
}

// RouteFile is file of FlightTaskCreate.
type RouteFile struct {
	URL  string `json:"url"`
	Sign string `json:"sign"`
	Bag
}

// FlightTaskCreate is the data of flighttask_create (services).
type FlightTaskCreate struct {
	FlightID string    `json:"flight_id"`
	Type     string    `json:"type"`
	File     RouteFile `json:"file"`
	Bag
}

// CenterNode is center_node of WirelessLinkTopo.
type CenterNode struct {
	SDRID *int    `json:"sdr_id,omitzero"`
	SN    *string `json:"sn,omitzero"`
	Bag
}

// LeafNode is leaf_nodes of WirelessLinkTopo.
type LeafNode struct {
	SDRID              *int    `json:"sdr_id,omitzero"`
	SN                 *string `json:"sn,omitzero"`
	ControlSourceIndex *int    `json:"control_source_index,omitzero"` // None /, 1 to 2
	Bag
}

// WirelessLinkTopo is wireless_link_topo of MultiDockTask and others.
type WirelessLinkTopo struct {
	SecretCode []int       `json:"secret_code,omitzero"`
	CenterNode *CenterNode `json:"center_node,omitzero"`
	LeafNodes  []LeafNode  `json:"leaf_nodes,omitzero"`
	Bag
}

// RTCMInfo is rtcm_info of MultiDockInfo and others.
type RTCMInfo struct {
	MountPoint     *string         `json:"mount_point,omitzero"`
	Port           *string         `json:"port,omitzero"`
	Host           *string         `json:"host,omitzero"`
	RTCMDeviceType *RTCMDeviceType `json:"rtcm_device_type,omitzero"`
	SourceType     *SourceType     `json:"source_type,omitzero"`
	Bag
}

// AlternateLandPoint is alternate_land_point of MultiDockInfo.
type AlternateLandPoint struct {
	Longitude      float64      `json:"longitude"`
	Latitude       float64      `json:"latitude"`
	Height         float64      `json:"height"`
	SafeLandHeight float64      `json:"safe_land_height"`
	IsConfigured   LandPointSet `json:"is_configured"`
	Bag
}

// MultiDockInfo is dock_infos of MultiDockTask.
type MultiDockInfo struct {
	DockType            DockType            `json:"dock_type"`
	Latitude            float64             `json:"latitude"`  // -90 to 90
	Longitude           float64             `json:"longitude"` // -180 to 180
	Height              float64             `json:"height"`    // m
	Heading             float64             `json:"heading"`   // °, -180 to 180
	HomePositionIsValid HomePositionIsValid `json:"home_position_is_valid"`
	Index               int                 `json:"index"` // 1 to 31
	SN                  string              `json:"sn"`
	RTCMInfo            *RTCMInfo           `json:"rtcm_info,omitzero"`
	AlternateLandPoint  *AlternateLandPoint `json:"alternate_land_point,omitzero"`
	Bag
}

// SafeLandHeight is height of MultiDockTask.
type SafeLandHeight struct {
	SafeLandHeight *float64               `json:"safe_land_height,omitzero"`
	IsConfigured   *AlternateLandPointSet `json:"is_configured,omitzero"`
	Bag
}

// MultiDockTask is multi_dock_task of FlightTaskExecute.
type MultiDockTask struct {
	WirelessLinkTopo *WirelessLinkTopo `json:"wireless_link_topo,omitzero"`
	DockInfos        []MultiDockInfo   `json:"dock_infos"`
	Height           *SafeLandHeight   `json:"height,omitzero"`
	Bag
}

// FlightTaskExecute is the data of flighttask_execute (services).
type FlightTaskExecute struct {
	FlightID      string         `json:"flight_id"`
	MultiDockTask *MultiDockTask `json:"multi_dock_task,omitzero"`
	Bag
}

// ReadyConditions is ready_conditions of FlightTaskPrepare.
type ReadyConditions struct {
	BatteryCapacity int   `json:"battery_capacity"`
	BeginTime       int64 `json:"begin_time"`
	EndTime         int64 `json:"end_time"`
	Bag
}

// ExecutableConditions is executable_conditions of FlightTaskPrepare.
type ExecutableConditions struct {
	StorageCapacity int `json:"storage_capacity"`
	Bag
}

// BreakPoint is break_point of FlightTaskPrepare.
type BreakPoint struct {
	Index     int             `json:"index"`
	State     BreakPointState `json:"state"`
	Progress  float64         `json:"progress"` // 0 to 1.0
	WaylineID int             `json:"wayline_id"`
	Bag
}

// SimulatedMission is simulate_mission of FlightTaskPrepare.
type SimulatedMission struct {
	IsEnable  IsEnable `json:"is_enable"`
	Latitude  float64  `json:"latitude"`  // -90.0 to 90.0
	Longitude float64  `json:"longitude"` // -180.0 to 180.0
	Altitude  *float64 `json:"altitude,omitzero"`
	Bag
}

// FlightTaskPrepare is the data of flighttask_prepare (services).
type FlightTaskPrepare struct {
	FlightID                 string                `json:"flight_id"`
	ExecuteTime              int64                 `json:"execute_time"`
	TaskType                 TaskType              `json:"task_type"`
	File                     File                  `json:"file"`
	ReadyConditions          *ReadyConditions      `json:"ready_conditions,omitzero"`
	ExecutableConditions     *ExecutableConditions `json:"executable_conditions,omitzero"`
	BreakPoint               *BreakPoint           `json:"break_point,omitzero"`
	RTHAltitude              int                   `json:"rth_altitude"` // m, 20 to 1500
	OutOfControlAction       OutOfControlAction    `json:"out_of_control_action"`
	ExitWaylineWhenRCLost    ExitWaylineWhenRCLost `json:"exit_wayline_when_rc_lost"`
	SimulateMission          *SimulatedMission     `json:"simulate_mission,omitzero"`
	RTHMode                  *RTHMode              `json:"rth_mode,omitzero"`
	WaylinePrecisionType     *WaylinePrecisionType `json:"wayline_precision_type,omitzero"`
	FlightSafetyAdvanceCheck Loose                 `json:"flight_safety_advance_check,omitzero"`
	WaylineType              *WaylineType          `json:"wayline_type,omitzero"`
	Bag
}

// BreakPointReport is break_point of FlightTaskExt.
type BreakPointReport struct {
	Index        int             `json:"index"`
	State        BreakPointState `json:"state"`
	Progress     float64         `json:"progress"` // 0 to 1.0
	WaylineID    int             `json:"wayline_id"`
	BreakReason  BreakReason     `json:"break_reason"`
	Latitude     float64         `json:"latitude"`  // °, -90 to 90
	Longitude    float64         `json:"longitude"` // °, -180 to 180
	Height       float64         `json:"height"`    // m
	AttitudeHead float64         `json:"attitude_head"`
	Bag
}

// FlightTaskExt is ext of FlightTaskOutput.
type FlightTaskExt struct {
	CurrentWaypointIndex int                 `json:"current_waypoint_index"`
	WaylineMissionState  WaylineMissionState `json:"wayline_mission_state"`
	MediaCount           int                 `json:"media_count"`
	TrackID              string              `json:"track_id"`
	FlightID             string              `json:"flight_id"`
	BreakPoint           *BreakPointReport   `json:"break_point,omitzero"`
	WaylineID            int                 `json:"wayline_id"`
	Bag
}

// FlightTaskStepProgress is progress of FlightTaskOutput.
type FlightTaskStepProgress struct {
	CurrentStep FlightTaskStep `json:"current_step"`
	Percent     int            `json:"percent"` // 0 to 100
	Bag
}

// FlightTaskOutput is output of FlightTaskProgress.
type FlightTaskOutput struct {
	Ext      FlightTaskExt          `json:"ext"`
	Status   JobStatus              `json:"status"`
	Progress FlightTaskStepProgress `json:"progress"`
	Bag
}

// FlightTaskProgress is the data of flighttask_progress (events).
type FlightTaskProgress struct {
	Output FlightTaskOutput `json:"output"`
	Result int              `json:"result"`
	Bag
}

// FlightTaskProgressGetRequest is the data of flighttask_progress_get (requests).
type FlightTaskProgressGetRequest struct {
	TargetSN string  `json:"target_sn"`
	FlightID string  `json:"flight_id"`
	SN       *string `json:"sn,omitzero"`
	Bag
}

// FlightTaskProgressGetOutput is output of FlightTaskProgressGetRequestReply.
type FlightTaskProgressGetOutput struct {
	FlightID string              `json:"flight_id"`
	Progress CalibrationProgress `json:"progress"`
	Status   string              `json:"status"`
	Bag
}

// FlightTaskProgressGetRequestReply is the data of flighttask_progress_get (requests_reply).
type FlightTaskProgressGetRequestReply struct {
	Result int                         `json:"result"`
	Output FlightTaskProgressGetOutput `json:"output"`
	Bag
}

// FlightTaskReady is the data of flighttask_ready (events).
type FlightTaskReady struct {
	FlightIds []string `json:"flight_ids"`
	Bag
}

// FlightTaskResourceGetRequest is the data of flighttask_resource_get (requests).
type FlightTaskResourceGetRequest struct {
	FlightID string `json:"flight_id"`
	Bag
}

// FlightTaskResourceGetRequestReply is the data of flighttask_resource_get (requests_reply).
type FlightTaskResourceGetRequestReply struct {
	Result int                 `json:"result"`
	Output UnlockLicenseUpdate `json:"output"`
	Bag
}

// FlightTaskStop is the data of flighttask_stop (services).
type FlightTaskStop struct {
	FlightID string     `json:"flight_id"`
	Reason   StopReason `json:"reason"`
	Bag
}

// FlightTaskUndo is the data of flighttask_undo (services).
type FlightTaskUndo struct {
	FlightIds []string `json:"flight_ids"`
	Bag
}

// InFlightWaylineDeliver is the data of in_flight_wayline_deliver (services).
type InFlightWaylineDeliver struct {
	File                  File   `json:"file"`
	InFlightWaylineID     string `json:"in_flight_wayline_id"`
	OutOfControlAction    int    `json:"out_of_control_action"`
	ExitWaylineWhenRCLost int    `json:"exit_wayline_when_rc_lost"`
	RTHAltitude           int    `json:"rth_altitude"`
	RTHMode               int    `json:"rth_mode"`
	WaylinePrecisionType  int    `json:"wayline_precision_type"`
	Bag
}

// InFlightWaylineRecover is the data of in_flight_wayline_recover (services).
type InFlightWaylineRecover struct {
	InFlightWaylineID string `json:"in_flight_wayline_id"`
	Bag
}

// InFlightWaylineStop is the data of in_flight_wayline_stop (services).
type InFlightWaylineStop struct {
	InFlightWaylineID string `json:"in_flight_wayline_id"`
	Bag
}

// MultiDockHome is multi_dock_home_info of ReturnHomeInfo.
type MultiDockHome struct {
	SN                          string     `json:"sn"`
	PlanStatus                  PlanStatus `json:"plan_status"`
	EstimatedBatteryConsumption int        `json:"estimated_battery_consumption"` // 0 to 100
	HomeDistance                float64    `json:"home_distance"`                 // m
	Bag
}

// ReturnHomeInfo is the data of return_home_info (events).
type ReturnHomeInfo struct {
	PlannedPathPoints []POIModeEnter  `json:"planned_path_points"`
	LastPointType     *LastPointType  `json:"last_point_type,omitzero"`
	FlightID          string          `json:"flight_id"`
	HomeDockSN        *string         `json:"home_dock_sn,omitzero"`
	MultiDockHomeInfo []MultiDockHome `json:"multi_dock_home_info,omitzero"`
	Bag
}

// ReturnSpecificHome is the data of return_specific_home (services).
type ReturnSpecificHome struct {
	HomeDockSN string `json:"home_dock_sn"`
	Bag
}
