package cloudapi

// Methods as on the wire.
const (
	MethodAirConditionerModeSwitch             = "air_conditioner_mode_switch"
	MethodAirportBindStatus                    = "airport_bind_status"
	MethodAirportOrganizationBind              = "airport_organization_bind"
	MethodAirportOrganizationGet               = "airport_organization_get"
	MethodAirsenseWarning                      = "airsense_warning"
	MethodAlarmStateSwitch                     = "alarm_state_switch"
	MethodBatteryMaintenanceSwitch             = "battery_maintenance_switch"
	MethodBatteryStoreModeSwitch               = "battery_store_mode_switch"
	MethodCameraAim                            = "camera_aim"
	MethodCameraExposureModeSet                = "camera_exposure_mode_set"
	MethodCameraExposureSet                    = "camera_exposure_set"
	MethodCameraFocalLengthSet                 = "camera_focal_length_set"
	MethodCameraFocusModeSet                   = "camera_focus_mode_set"
	MethodCameraFocusValueSet                  = "camera_focus_value_set"
	MethodCameraFrameZoom                      = "camera_frame_zoom"
	MethodCameraLookAt                         = "camera_look_at"
	MethodCameraModeSwitch                     = "camera_mode_switch"
	MethodCameraPhotoStop                      = "camera_photo_stop"
	MethodCameraPhotoTake                      = "camera_photo_take"
	MethodCameraPhotoTakeProgress              = "camera_photo_take_progress"
	MethodCameraPointFocusAction               = "camera_point_focus_action"
	MethodCameraRecordingStart                 = "camera_recording_start"
	MethodCameraRecordingStop                  = "camera_recording_stop"
	MethodCameraScreenDrag                     = "camera_screen_drag"
	MethodCameraScreenSplit                    = "camera_screen_split"
	MethodChargeClose                          = "charge_close"
	MethodChargeOpen                           = "charge_open"
	MethodCloudControlAuthNotify               = "cloud_control_auth_notify"
	MethodCloudControlAuthRequest              = "cloud_control_auth_request"
	MethodCloudControlRelease                  = "cloud_control_release"
	MethodConfig                               = "config"
	MethodCoverClose                           = "cover_close"
	MethodCoverForceClose                      = "cover_force_close"
	MethodCoverOpen                            = "cover_open"
	MethodCustomDataTransmissionFromESDK       = "custom_data_transmission_from_esdk"
	MethodCustomDataTransmissionFromPSDK       = "custom_data_transmission_from_psdk"
	MethodCustomDataTransmissionToESDK         = "custom_data_transmission_to_esdk"
	MethodCustomDataTransmissionToPSDK         = "custom_data_transmission_to_psdk"
	MethodDebugModeClose                       = "debug_mode_close"
	MethodDebugModeOpen                        = "debug_mode_open"
	MethodDelayInfoPush                        = "delay_info_push"
	MethodDeviceExitHomingNotify               = "device_exit_homing_notify"
	MethodDeviceFormat                         = "device_format"
	MethodDeviceReboot                         = "device_reboot"
	MethodDRCAIIdentifyFilterSet               = "drc_ai_identify_filter_set"
	MethodDRCAIIdentifyScoreModeSet            = "drc_ai_identify_score_mode_set"
	MethodDRCAIIdentifyScoreReset              = "drc_ai_identify_score_reset"
	MethodDRCAIIdentifyScoreSet                = "drc_ai_identify_score_set"
	MethodDRCAIIdentifySet                     = "drc_ai_identify_set"
	MethodDRCAIInfoPush                        = "drc_ai_info_push"
	MethodDRCAIModelSelect                     = "drc_ai_model_select"
	MethodDRCAISpotlightZoomConfirm            = "drc_ai_spotlight_zoom_confirm"
	MethodDRCAISpotlightZoomSelect             = "drc_ai_spotlight_zoom_select"
	MethodDRCAISpotlightZoomSet                = "drc_ai_spotlight_zoom_set"
	MethodDRCAISpotlightZoomStop               = "drc_ai_spotlight_zoom_stop"
	MethodDRCAISpotlightZoomTrack              = "drc_ai_spotlight_zoom_track"
	MethodDRCCameraAim                         = "drc_camera_aim"
	MethodDRCCameraApertureValueSet            = "drc_camera_aperture_value_set"
	MethodDRCCameraDenoiseLevelSet             = "drc_camera_denoise_level_set"
	MethodDRCCameraDewarpingSet                = "drc_camera_dewarping_set"
	MethodDRCCameraExposureModeSet             = "drc_camera_exposure_mode_set"
	MethodDRCCameraExposureSet                 = "drc_camera_exposure_set"
	MethodDRCCameraFocalLengthSet              = "drc_camera_focal_length_set"
	MethodDRCCameraFocusModeSet                = "drc_camera_focus_mode_set"
	MethodDRCCameraFocusValueSet               = "drc_camera_focus_value_set"
	MethodDRCCameraFrameZoom                   = "drc_camera_frame_zoom"
	MethodDRCCameraISOSet                      = "drc_camera_iso_set"
	MethodDRCCameraLookAt                      = "drc_camera_look_at"
	MethodDRCCameraMechanicalShutterSet        = "drc_camera_mechanical_shutter_set"
	MethodDRCCameraModeSwitch                  = "drc_camera_mode_switch"
	MethodDRCCameraNightModeSet                = "drc_camera_night_mode_set"
	MethodDRCCameraNightVisionEnable           = "drc_camera_night_vision_enable"
	MethodDRCCameraOSDInfoPush                 = "drc_camera_osd_info_push"
	MethodDRCCameraPhotoFormatSet              = "drc_camera_photo_format_set"
	MethodDRCCameraPhotoInfoPush               = "drc_camera_photo_info_push"
	MethodDRCCameraPhotoStop                   = "drc_camera_photo_stop"
	MethodDRCCameraPhotoTake                   = "drc_camera_photo_take"
	MethodDRCCameraPointFocusAction            = "drc_camera_point_focus_action"
	MethodDRCCameraRecordingStart              = "drc_camera_recording_start"
	MethodDRCCameraRecordingStop               = "drc_camera_recording_stop"
	MethodDRCCameraScreenDrag                  = "drc_camera_screen_drag"
	MethodDRCCameraScreenSplit                 = "drc_camera_screen_split"
	MethodDRCCameraShutterSet                  = "drc_camera_shutter_set"
	MethodDRCCameraStatePush                   = "drc_camera_state_push"
	MethodDRCDroneStatePush                    = "drc_drone_state_push"
	MethodDRCEmergencyLanding                  = "drc_emergency_landing"
	MethodDRCForceLanding                      = "drc_force_landing"
	MethodDRCGimbalReset                       = "drc_gimbal_reset"
	MethodDRCInfraredFillLightEnable           = "drc_infrared_fill_light_enable"
	MethodDRCInitialStateSubscribe             = "drc_initial_state_subscribe"
	MethodDRCIntervalPhotoSet                  = "drc_interval_photo_set"
	MethodDRCIRMeteringAreaSet                 = "drc_ir_metering_area_set"
	MethodDRCIRMeteringModeSet                 = "drc_ir_metering_mode_set"
	MethodDRCIRMeteringPointSet                = "drc_ir_metering_point_set"
	MethodDRCLightBrightnessSet                = "drc_light_brightness_set"
	MethodDRCLightCalibration                  = "drc_light_calibration"
	MethodDRCLightFineTuningSet                = "drc_light_fine_tuning_set"
	MethodDRCLightModeSet                      = "drc_light_mode_set"
	MethodDRCLinkageZoomSet                    = "drc_linkage_zoom_set"
	MethodDRCLiveLensChange                    = "drc_live_lens_change"
	MethodDRCModeEnter                         = "drc_mode_enter"
	MethodDRCModeExit                          = "drc_mode_exit"
	MethodDRCNightLightsStateSet               = "drc_night_lights_state_set"
	MethodDRCPhotoStorageSet                   = "drc_photo_storage_set"
	MethodDRCPSDKFloatingWindowText            = "drc_psdk_floating_window_text"
	MethodDRCPSDKInputBoxTextSet               = "drc_psdk_input_box_text_set"
	MethodDRCPSDKStateInfo                     = "drc_psdk_state_info"
	MethodDRCPSDKUIResource                    = "drc_psdk_ui_resource"
	MethodDRCPSDKWidgetValueSet                = "drc_psdk_widget_value_set"
	MethodDRCSpeakerPlayModeSet                = "drc_speaker_play_mode_set"
	MethodDRCSpeakerPlayProgress               = "drc_speaker_play_progress"
	MethodDRCSpeakerPlayStop                   = "drc_speaker_play_stop"
	MethodDRCSpeakerPlayVolumeSet              = "drc_speaker_play_volume_set"
	MethodDRCSpeakerReplay                     = "drc_speaker_replay"
	MethodDRCSpeakerTTSPlayStart               = "drc_speaker_tts_play_start"
	MethodDRCSpeakerTTSSet                     = "drc_speaker_tts_set"
	MethodDRCStatusNotify                      = "drc_status_notify"
	MethodDRCStealthStateSet                   = "drc_stealth_state_set"
	MethodDRCVideoResolutionSet                = "drc_video_resolution_set"
	MethodDRCVideoStorageSet                   = "drc_video_storage_set"
	MethodDroneClose                           = "drone_close"
	MethodDroneControl                         = "drone_control"
	MethodDroneEmergencyStop                   = "drone_emergency_stop"
	MethodDroneFormat                          = "drone_format"
	MethodDroneOpen                            = "drone_open"
	MethodESIMActivate                         = "esim_activate"
	MethodESIMOperatorSwitch                   = "esim_operator_switch"
	MethodFileUploadCallback                   = "file_upload_callback"
	MethodFileUploadList                       = "fileupload_list"
	MethodFileUploadProgress                   = "fileupload_progress"
	MethodFileUploadStart                      = "fileupload_start"
	MethodFileUploadUpdate                     = "fileupload_update"
	MethodFlightAreasDroneLocation             = "flight_areas_drone_location"
	MethodFlightAreasGet                       = "flight_areas_get"
	MethodFlightAreasSyncProgress              = "flight_areas_sync_progress"
	MethodFlightAreasUpdate                    = "flight_areas_update"
	MethodFlightAuthorityGrab                  = "flight_authority_grab"
	MethodFlightSetupAbort                     = "flight_setup_abort"
	MethodFlightSetupExceptionNotify           = "flight_setup_exception_notify"
	MethodFlightTaskCreate                     = "flighttask_create"
	MethodFlightTaskExecute                    = "flighttask_execute"
	MethodFlightTaskPause                      = "flighttask_pause"
	MethodFlightTaskPrepare                    = "flighttask_prepare"
	MethodFlightTaskProgress                   = "flighttask_progress"
	MethodFlightTaskProgressGet                = "flighttask_progress_get"
	MethodFlightTaskReady                      = "flighttask_ready"
	MethodFlightTaskRecovery                   = "flighttask_recovery"
	MethodFlightTaskResourceGet                = "flighttask_resource_get"
	MethodFlightTaskStop                       = "flighttask_stop"
	MethodFlightTaskUndo                       = "flighttask_undo"
	MethodFlyToPoint                           = "fly_to_point"
	MethodFlyToPointProgress                   = "fly_to_point_progress"
	MethodFlyToPointStop                       = "fly_to_point_stop"
	MethodFlyToPointUpdate                     = "fly_to_point_update"
	MethodGimbalReset                          = "gimbal_reset"
	MethodHeartBeat                            = "heart_beat"
	MethodHighestPriorityUploadFlightTaskMedia = "highest_priority_upload_flighttask_media"
	MethodHMS                                  = "hms"
	MethodHSIInfoPush                          = "hsi_info_push"
	MethodInFlightWaylineCancel                = "in_flight_wayline_cancel"
	MethodInFlightWaylineDeliver               = "in_flight_wayline_deliver"
	MethodInFlightWaylineRecover               = "in_flight_wayline_recover"
	MethodInFlightWaylineStop                  = "in_flight_wayline_stop"
	MethodIRMeteringAreaSet                    = "ir_metering_area_set"
	MethodIRMeteringModeSet                    = "ir_metering_mode_set"
	MethodIRMeteringPointSet                   = "ir_metering_point_set"
	MethodJoystickInvalidNotify                = "joystick_invalid_notify"
	MethodLiveCameraChange                     = "live_camera_change"
	MethodLiveLensChange                       = "live_lens_change"
	MethodLiveSetQuality                       = "live_set_quality"
	MethodLiveStartPush                        = "live_start_push"
	MethodLiveStopPush                         = "live_stop_push"
	MethodObstacleAvoidanceNotify              = "obstacle_avoidance_notify"
	MethodOSDInfoPush                          = "osd_info_push"
	MethodOTACreate                            = "ota_create"
	MethodOTAProgress                          = "ota_progress"
	MethodPayloadAuthorityGrab                 = "payload_authority_grab"
	MethodPhotoStorageSet                      = "photo_storage_set"
	MethodPOICircleSpeedSet                    = "poi_circle_speed_set"
	MethodPOIModeEnter                         = "poi_mode_enter"
	MethodPOIModeExit                          = "poi_mode_exit"
	MethodPOIStatusNotify                      = "poi_status_notify"
	MethodPSDKFloatingWindowText               = "psdk_floating_window_text"
	MethodPSDKInputBoxTextSet                  = "psdk_input_box_text_set"
	MethodPSDKUIResourceUploadResult           = "psdk_ui_resource_upload_result"
	MethodPSDKWidgetValueSet                   = "psdk_widget_value_set"
	MethodPutterClose                          = "putter_close"
	MethodPutterOpen                           = "putter_open"
	MethodReturnHome                           = "return_home"
	MethodReturnHomeCancel                     = "return_home_cancel"
	MethodReturnHomeInfo                       = "return_home_info"
	MethodReturnSpecificHome                   = "return_specific_home"
	MethodRTKCalibration                       = "rtk_calibration"
	MethodSDRWorkmodeSwitch                    = "sdr_workmode_switch"
	MethodSIMSlotSwitch                        = "sim_slot_switch"
	MethodSpeakerAudioPlayStart                = "speaker_audio_play_start"
	MethodSpeakerAudioPlayStartProgress        = "speaker_audio_play_start_progress"
	MethodSpeakerPlayModeSet                   = "speaker_play_mode_set"
	MethodSpeakerPlayStop                      = "speaker_play_stop"
	MethodSpeakerPlayVolumeSet                 = "speaker_play_volume_set"
	MethodSpeakerReplay                        = "speaker_replay"
	MethodSpeakerTTSPlayStart                  = "speaker_tts_play_start"
	MethodSpeakerTTSPlayStartProgress          = "speaker_tts_play_start_progress"
	MethodStickControl                         = "stick_control"
	MethodStorageConfigGet                     = "storage_config_get"
	MethodSupplementLightClose                 = "supplement_light_close"
	MethodSupplementLightOpen                  = "supplement_light_open"
	MethodTakeoffToPoint                       = "takeoff_to_point"
	MethodTakeoffToPointProgress               = "takeoff_to_point_progress"
	MethodUnlockLicenseList                    = "unlock_license_list"
	MethodUnlockLicenseSwitch                  = "unlock_license_switch"
	MethodUnlockLicenseUpdate                  = "unlock_license_update"
	MethodUpdateTopo                           = "update_topo"
	MethodUploadFlightTaskMediaPrioritize      = "upload_flighttask_media_prioritize"
	MethodVideoStorageSet                      = "video_storage_set"
)

// bodies makes the type of a message's data by the kind of its topic and its method. DJI documents every one of them for docks or
// for the remote controllers that speak the same protocol.
var bodies = map[Kind]map[string]func() any{
	KindServices: {
		MethodAirConditionerModeSwitch:        body[AirConditionerModeSwitch],
		MethodAlarmStateSwitch:                body[AlarmStateSwitch],
		MethodBatteryMaintenanceSwitch:        body[BatteryMaintenanceSwitch],
		MethodBatteryStoreModeSwitch:          body[BatteryStoreModeSwitch],
		MethodCameraAim:                       body[CameraAim],
		MethodCameraExposureModeSet:           body[CameraExposureModeSet],
		MethodCameraExposureSet:               body[CameraExposureSet],
		MethodCameraFocalLengthSet:            body[CameraFocalLengthSet],
		MethodCameraFocusModeSet:              body[CameraFocusModeSet],
		MethodCameraFocusValueSet:             body[CameraFocusValueSet],
		MethodCameraFrameZoom:                 body[CameraFrameZoom],
		MethodCameraLookAt:                    body[CameraLookAt],
		MethodCameraModeSwitch:                body[CameraModeSwitch],
		MethodCameraPhotoStop:                 body[CameraPhotoStop],
		MethodCameraPhotoTake:                 body[CameraPhotoTake],
		MethodCameraPointFocusAction:          body[CameraPointFocusAction],
		MethodCameraRecordingStart:            body[CameraRecordingStart],
		MethodCameraRecordingStop:             body[CameraRecordingStop],
		MethodCameraScreenDrag:                body[CameraScreenDrag],
		MethodCameraScreenSplit:               body[CameraScreenSplit],
		MethodCloudControlAuthRequest:         body[CloudControlAuthRequest],
		MethodCloudControlRelease:             body[CloudControlRelease],
		MethodCustomDataTransmissionToESDK:    body[CustomDataTransmissionToESDK],
		MethodCustomDataTransmissionToPSDK:    body[CustomDataTransmissionToPSDK],
		MethodDRCCameraModeSwitch:             body[DRCCameraModeSwitchMessage],
		MethodDRCModeEnter:                    body[DRCModeEnter],
		MethodDRCModeExit:                     body[Empty],
		MethodESIMActivate:                    body[ESIMActivate],
		MethodESIMOperatorSwitch:              body[ESIMOperatorSwitch],
		MethodFileUploadList:                  body[FileUploadList],
		MethodFileUploadStart:                 body[FileUploadStart],
		MethodFileUploadUpdate:                body[FileUploadUpdate],
		MethodFlightAreasUpdate:               body[Empty],
		MethodFlightAuthorityGrab:             body[Empty],
		MethodFlightTaskCreate:                body[FlightTaskCreate],
		MethodFlightTaskExecute:               body[FlightTaskExecute],
		MethodFlightTaskPause:                 body[Empty],
		MethodFlightTaskPrepare:               body[FlightTaskPrepare],
		MethodFlightTaskRecovery:              body[Empty],
		MethodFlightTaskStop:                  body[FlightTaskStop],
		MethodFlightTaskUndo:                  body[FlightTaskUndo],
		MethodFlyToPoint:                      body[FlyToPoint],
		MethodFlyToPointStop:                  body[Empty],
		MethodFlyToPointUpdate:                body[FlyToPointUpdate],
		MethodGimbalReset:                     body[GimbalReset],
		MethodInFlightWaylineCancel:           body[Empty],
		MethodInFlightWaylineDeliver:          body[InFlightWaylineDeliver],
		MethodInFlightWaylineRecover:          body[InFlightWaylineRecover],
		MethodInFlightWaylineStop:             body[InFlightWaylineStop],
		MethodIRMeteringAreaSet:               body[IRMeteringAreaSet],
		MethodIRMeteringModeSet:               body[IRMeteringModeSet],
		MethodIRMeteringPointSet:              body[IRMeteringPointSet],
		MethodLiveCameraChange:                body[LiveCameraChange],
		MethodLiveLensChange:                  body[LiveLensChange],
		MethodLiveSetQuality:                  body[LiveSetQuality],
		MethodLiveStartPush:                   body[LiveStartPush],
		MethodLiveStopPush:                    body[LiveStopPush],
		MethodOTACreate:                       body[OTACreate],
		MethodPayloadAuthorityGrab:            body[PayloadAuthorityGrab],
		MethodPhotoStorageSet:                 body[PhotoStorageSet],
		MethodPOICircleSpeedSet:               body[POICircleSpeedSet],
		MethodPOIModeEnter:                    body[POIModeEnter],
		MethodPOIModeExit:                     body[Empty],
		MethodPSDKInputBoxTextSet:             body[PSDKInputBoxTextSet],
		MethodPSDKWidgetValueSet:              body[PSDKWidgetValueSet],
		MethodReturnHome:                      body[Empty],
		MethodReturnHomeCancel:                body[Empty],
		MethodReturnSpecificHome:              body[ReturnSpecificHome],
		MethodRTKCalibration:                  body[RTKCalibration],
		MethodSDRWorkmodeSwitch:               body[SDRWorkmodeSwitch],
		MethodSIMSlotSwitch:                   body[SIMSlotSwitch],
		MethodSpeakerAudioPlayStart:           body[SpeakerAudioPlayStart],
		MethodSpeakerPlayModeSet:              body[SpeakerPlayModeSet],
		MethodSpeakerPlayStop:                 body[SpeakerPlayStop],
		MethodSpeakerPlayVolumeSet:            body[SpeakerPlayVolumeSet],
		MethodSpeakerReplay:                   body[SpeakerReplay],
		MethodSpeakerTTSPlayStart:             body[SpeakerTTSPlayStart],
		MethodTakeoffToPoint:                  body[TakeoffToPoint],
		MethodUnlockLicenseList:               body[UnlockLicenseList],
		MethodUnlockLicenseSwitch:             body[UnlockLicenseSwitch],
		MethodUnlockLicenseUpdate:             body[UnlockLicenseUpdate],
		MethodUploadFlightTaskMediaPrioritize: body[UploadFlightTaskMediaPrioritize],
		MethodVideoStorageSet:                 body[VideoStorageSet],
	},
	KindServicesReply: {
		MethodAirConditionerModeSwitch:        body[JobReply],
		MethodAlarmStateSwitch:                body[JobReply],
		MethodBatteryMaintenanceSwitch:        body[JobReply],
		MethodBatteryStoreModeSwitch:          body[JobReply],
		MethodCameraAim:                       body[Result],
		MethodCameraExposureModeSet:           body[Result],
		MethodCameraExposureSet:               body[Result],
		MethodCameraFocalLengthSet:            body[Result],
		MethodCameraFocusModeSet:              body[Result],
		MethodCameraFocusValueSet:             body[Result],
		MethodCameraFrameZoom:                 body[Result],
		MethodCameraLookAt:                    body[Result],
		MethodCameraModeSwitch:                body[Result],
		MethodCameraPhotoStop:                 body[Result],
		MethodCameraPhotoTake:                 body[CameraPhotoTakeReply],
		MethodCameraPointFocusAction:          body[Result],
		MethodCameraRecordingStart:            body[Result],
		MethodCameraRecordingStop:             body[Result],
		MethodCameraScreenDrag:                body[Result],
		MethodCameraScreenSplit:               body[Result],
		MethodChargeClose:                     body[JobReply],
		MethodChargeOpen:                      body[JobReply],
		MethodCloudControlAuthRequest:         body[CloudControlAuthRequestReply],
		MethodCloudControlRelease:             body[CloudControlAuthRequestReply],
		MethodCoverClose:                      body[JobReply],
		MethodCoverForceClose:                 body[JobReply],
		MethodCoverOpen:                       body[JobReply],
		MethodCustomDataTransmissionToESDK:    body[Result],
		MethodCustomDataTransmissionToPSDK:    body[Result],
		MethodDebugModeClose:                  body[JobReply],
		MethodDebugModeOpen:                   body[JobReply],
		MethodDeviceFormat:                    body[JobReply],
		MethodDeviceReboot:                    body[JobReply],
		MethodDRCCameraModeSwitch:             body[Result],
		MethodDRCModeEnter:                    body[Result],
		MethodDRCModeExit:                     body[Result],
		MethodDroneClose:                      body[JobReply],
		MethodDroneFormat:                     body[JobReply],
		MethodDroneOpen:                       body[JobReply],
		MethodESIMActivate:                    body[JobReply],
		MethodESIMOperatorSwitch:              body[Result],
		MethodFileUploadList:                  body[FileUploadListReply],
		MethodFileUploadStart:                 body[Result],
		MethodFileUploadUpdate:                body[Result],
		MethodFlightAreasUpdate:               body[Result],
		MethodFlightAuthorityGrab:             body[Result],
		MethodFlightSetupAbort:                body[Result],
		MethodFlightTaskCreate:                body[Result],
		MethodFlightTaskExecute:               body[Result],
		MethodFlightTaskPause:                 body[Result],
		MethodFlightTaskPrepare:               body[Result],
		MethodFlightTaskRecovery:              body[Result],
		MethodFlightTaskStop:                  body[Result],
		MethodFlightTaskUndo:                  body[Result],
		MethodFlyToPoint:                      body[Result],
		MethodFlyToPointStop:                  body[Result],
		MethodFlyToPointUpdate:                body[Result],
		MethodGimbalReset:                     body[Result],
		MethodIRMeteringAreaSet:               body[Result],
		MethodIRMeteringModeSet:               body[Result],
		MethodIRMeteringPointSet:              body[Result],
		MethodLiveCameraChange:                body[Result],
		MethodLiveLensChange:                  body[Result],
		MethodLiveSetQuality:                  body[Result],
		MethodLiveStartPush:                   body[Result],
		MethodLiveStopPush:                    body[Result],
		MethodOTACreate:                       body[CloudControlAuthNotify],
		MethodPayloadAuthorityGrab:            body[Result],
		MethodPhotoStorageSet:                 body[Result],
		MethodPOICircleSpeedSet:               body[Result],
		MethodPOIModeEnter:                    body[Result],
		MethodPOIModeExit:                     body[Result],
		MethodPSDKInputBoxTextSet:             body[Result],
		MethodPSDKWidgetValueSet:              body[Result],
		MethodPutterClose:                     body[JobReply],
		MethodPutterOpen:                      body[JobReply],
		MethodReturnHome:                      body[CloudControlAuthNotify],
		MethodReturnHomeCancel:                body[Result],
		MethodReturnSpecificHome:              body[Result],
		MethodRTKCalibration:                  body[JobReply],
		MethodSDRWorkmodeSwitch:               body[Result],
		MethodSIMSlotSwitch:                   body[Result],
		MethodSpeakerAudioPlayStart:           body[Result],
		MethodSpeakerPlayModeSet:              body[Result],
		MethodSpeakerPlayStop:                 body[Result],
		MethodSpeakerPlayVolumeSet:            body[Result],
		MethodSpeakerReplay:                   body[Result],
		MethodSpeakerTTSPlayStart:             body[Result],
		MethodSupplementLightClose:            body[JobReply],
		MethodSupplementLightOpen:             body[JobReply],
		MethodTakeoffToPoint:                  body[Result],
		MethodUnlockLicenseList:               body[UnlockLicenseListReply],
		MethodUnlockLicenseSwitch:             body[UnlockLicenseSwitchReply],
		MethodUnlockLicenseUpdate:             body[Result],
		MethodUploadFlightTaskMediaPrioritize: body[Result],
		MethodVideoStorageSet:                 body[Result],
	},
	KindEvents: {
		MethodAirsenseWarning:                      body[AirsenseWarnings],
		MethodCameraPhotoTakeProgress:              body[CameraPhotoTakeProgress],
		MethodChargeClose:                          body[Job],
		MethodChargeOpen:                           body[Job],
		MethodCloudControlAuthNotify:               body[CloudControlAuthNotify],
		MethodCoverClose:                           body[Job],
		MethodCoverForceClose:                      body[CoverForceClose],
		MethodCoverOpen:                            body[Job],
		MethodCustomDataTransmissionFromESDK:       body[CustomDataTransmissionFromESDK],
		MethodCustomDataTransmissionFromPSDK:       body[CustomDataTransmissionFromPSDK],
		MethodDeviceExitHomingNotify:               body[DeviceExitHomingNotify],
		MethodDeviceFormat:                         body[Job],
		MethodDeviceReboot:                         body[Job],
		MethodDRCStatusNotify:                      body[DRCStatusNotify],
		MethodDroneClose:                           body[Job],
		MethodDroneFormat:                          body[Job],
		MethodDroneOpen:                            body[JobReply],
		MethodESIMActivate:                         body[CoverForceClose],
		MethodESIMOperatorSwitch:                   body[CoverForceClose],
		MethodFileUploadCallback:                   body[FileUploadCallback],
		MethodFileUploadProgress:                   body[FileUploadProgress],
		MethodFlightAreasDroneLocation:             body[FlightAreasDroneLocation],
		MethodFlightAreasSyncProgress:              body[FlightAreasSyncProgress],
		MethodFlightSetupExceptionNotify:           body[FlightSetupExceptionNotify],
		MethodFlightTaskProgress:                   body[FlightTaskProgress],
		MethodFlightTaskReady:                      body[FlightTaskReady],
		MethodFlyToPointProgress:                   body[FlyToPointProgress],
		MethodHighestPriorityUploadFlightTaskMedia: body[HighestPriorityUploadFlightTaskMedia],
		MethodHMS:                           body[HMSReport],
		MethodJoystickInvalidNotify:         body[JoystickInvalidNotify],
		MethodObstacleAvoidanceNotify:       body[ObstacleAvoidanceNotify],
		MethodOTAProgress:                   body[OTAProgress],
		MethodPOIStatusNotify:               body[POIStatusNotify],
		MethodPSDKFloatingWindowText:        body[PSDKFloatingWindowText],
		MethodPSDKUIResourceUploadResult:    body[PSDKUIResourceUploadResult],
		MethodPutterClose:                   body[Job],
		MethodPutterOpen:                    body[Job],
		MethodReturnHomeInfo:                body[ReturnHomeInfo],
		MethodRTKCalibration:                body[RTKCalibrationEvent],
		MethodSpeakerAudioPlayStartProgress: body[SpeakerAudioPlayStartProgress],
		MethodSpeakerTTSPlayStartProgress:   body[SpeakerTTSPlayStartProgress],
		MethodTakeoffToPointProgress:        body[TakeoffToPointProgress],
	},
	KindEventsReply: {
		MethodChargeClose:                body[Result],
		MethodChargeOpen:                 body[Result],
		MethodCoverClose:                 body[Result],
		MethodCoverOpen:                  body[Result],
		MethodDeviceFormat:               body[Result],
		MethodDeviceReboot:               body[Result],
		MethodDroneClose:                 body[Result],
		MethodDroneFormat:                body[Result],
		MethodDroneOpen:                  body[Result],
		MethodESIMActivate:               body[Result],
		MethodESIMOperatorSwitch:         body[Result],
		MethodFlightSetupExceptionNotify: body[Result],
		MethodPutterClose:                body[Result],
		MethodPutterOpen:                 body[Result],
	},
	KindRequests: {
		MethodAirportBindStatus:       body[AirportBindStatusRequest],
		MethodAirportOrganizationBind: body[AirportOrganizationBindRequest],
		MethodAirportOrganizationGet:  body[AirportOrganizationGetRequest],
		MethodConfig:                  body[ConfigRequest],
		MethodFlightAreasGet:          body[Empty],
		MethodFlightTaskProgressGet:   body[FlightTaskProgressGetRequest],
		MethodFlightTaskResourceGet:   body[FlightTaskResourceGetRequest],
		MethodStorageConfigGet:        body[StorageConfigGetRequest],
	},
	KindRequestsReply: {
		MethodAirportBindStatus:       body[AirportBindStatusRequestReply],
		MethodAirportOrganizationBind: body[AirportOrganizationBindRequestReply],
		MethodAirportOrganizationGet:  body[AirportOrganizationGetRequestReply],
		MethodConfig:                  body[ConfigRequestReply],
		MethodFlightAreasGet:          body[FlightAreasGetRequestReply],
		MethodFlightTaskProgressGet:   body[FlightTaskProgressGetRequestReply],
		MethodFlightTaskResourceGet:   body[FlightTaskResourceGetRequestReply],
		MethodStorageConfigGet:        body[StorageConfigGetRequestReply],
	},
	KindDRCUp: {
		MethodDelayInfoPush:                 body[DelayInfoPush],
		MethodDRCAIIdentifyFilterSet:        body[Result],
		MethodDRCAIIdentifyScoreModeSet:     body[Result],
		MethodDRCAIIdentifyScoreReset:       body[Result],
		MethodDRCAIIdentifyScoreSet:         body[Result],
		MethodDRCAIIdentifySet:              body[Result],
		MethodDRCAIInfoPush:                 body[DRCAIInfoPush],
		MethodDRCAIModelSelect:              body[Result],
		MethodDRCAISpotlightZoomConfirm:     body[Result],
		MethodDRCAISpotlightZoomSelect:      body[Result],
		MethodDRCAISpotlightZoomSet:         body[Result],
		MethodDRCAISpotlightZoomStop:        body[Result],
		MethodDRCAISpotlightZoomTrack:       body[Result],
		MethodDRCCameraAim:                  body[Result],
		MethodDRCCameraApertureValueSet:     body[Result],
		MethodDRCCameraDenoiseLevelSet:      body[Result],
		MethodDRCCameraDewarpingSet:         body[Result],
		MethodDRCCameraExposureModeSet:      body[Result],
		MethodDRCCameraExposureSet:          body[Result],
		MethodDRCCameraFocalLengthSet:       body[Result],
		MethodDRCCameraFocusModeSet:         body[Result],
		MethodDRCCameraFocusValueSet:        body[Result],
		MethodDRCCameraFrameZoom:            body[Result],
		MethodDRCCameraISOSet:               body[Result],
		MethodDRCCameraLookAt:               body[Result],
		MethodDRCCameraMechanicalShutterSet: body[Result],
		MethodDRCCameraModeSwitch:           body[Result],
		MethodDRCCameraNightModeSet:         body[Result],
		MethodDRCCameraNightVisionEnable:    body[Result],
		MethodDRCCameraOSDInfoPush:          body[DRCCameraOSDInfoPush],
		MethodDRCCameraPhotoFormatSet:       body[Result],
		MethodDRCCameraPhotoInfoPush:        body[DRCCameraPhotoInfoPush],
		MethodDRCCameraPhotoStop:            body[Result],
		MethodDRCCameraPhotoTake:            body[DRCCameraPhotoTakeReply],
		MethodDRCCameraPointFocusAction:     body[Result],
		MethodDRCCameraRecordingStart:       body[Result],
		MethodDRCCameraRecordingStop:        body[Result],
		MethodDRCCameraScreenDrag:           body[Result],
		MethodDRCCameraScreenSplit:          body[DRCCameraScreenSplitReply],
		MethodDRCCameraShutterSet:           body[Result],
		MethodDRCCameraStatePush:            body[DRCCameraStatePush],
		MethodDRCDroneStatePush:             body[DRCDroneStatePush],
		MethodDRCEmergencyLanding:           body[Result],
		MethodDRCForceLanding:               body[Result],
		MethodDRCGimbalReset:                body[Result],
		MethodDRCInfraredFillLightEnable:    body[Result],
		MethodDRCInitialStateSubscribe:      body[Result],
		MethodDRCIntervalPhotoSet:           body[Result],
		MethodDRCIRMeteringAreaSet:          body[Result],
		MethodDRCIRMeteringModeSet:          body[Result],
		MethodDRCIRMeteringPointSet:         body[Result],
		MethodDRCLightBrightnessSet:         body[Result],
		MethodDRCLightCalibration:           body[Result],
		MethodDRCLightFineTuningSet:         body[Result],
		MethodDRCLightModeSet:               body[Result],
		MethodDRCLinkageZoomSet:             body[Result],
		MethodDRCLiveLensChange:             body[Result],
		MethodDRCNightLightsStateSet:        body[Result],
		MethodDRCPhotoStorageSet:            body[Result],
		MethodDRCPSDKFloatingWindowText:     body[DRCPSDKFloatingWindowText],
		MethodDRCPSDKInputBoxTextSet:        body[Result],
		MethodDRCPSDKStateInfo:              body[DRCPSDKStateInfo],
		MethodDRCPSDKUIResource:             body[DRCPSDKUIResource],
		MethodDRCPSDKWidgetValueSet:         body[Result],
		MethodDRCSpeakerPlayModeSet:         body[Result],
		MethodDRCSpeakerPlayProgress:        body[DRCSpeakerPlayProgress],
		MethodDRCSpeakerPlayStop:            body[Result],
		MethodDRCSpeakerPlayVolumeSet:       body[Result],
		MethodDRCSpeakerReplay:              body[Result],
		MethodDRCSpeakerTTSPlayStart:        body[Result],
		MethodDRCSpeakerTTSSet:              body[Result],
		MethodDRCStealthStateSet:            body[Result],
		MethodDRCVideoResolutionSet:         body[Result],
		MethodDRCVideoStorageSet:            body[Result],
		MethodDroneControl:                  body[DroneControlReply],
		MethodDroneEmergencyStop:            body[Result],
		MethodHeartBeat:                     body[HeartBeatReply],
		MethodHSIInfoPush:                   body[HSIInfoPush],
		MethodOSDInfoPush:                   body[OSDInfoPush],
	},
	KindDRCDown: {
		MethodDRCAIIdentifyFilterSet:        body[DRCAIIdentifyFilterSet],
		MethodDRCAIIdentifyScoreModeSet:     body[DRCAIIdentifyScoreModeSet],
		MethodDRCAIIdentifyScoreReset:       body[Empty],
		MethodDRCAIIdentifyScoreSet:         body[DRCAIIdentifyScoreSet],
		MethodDRCAIIdentifySet:              body[DRCAIIdentifySet],
		MethodDRCAIModelSelect:              body[DRCAIModelSelect],
		MethodDRCAISpotlightZoomConfirm:     body[Empty],
		MethodDRCAISpotlightZoomSelect:      body[DRCAISpotlightZoomSelect],
		MethodDRCAISpotlightZoomSet:         body[DRCAISpotlightZoomSet],
		MethodDRCAISpotlightZoomStop:        body[Empty],
		MethodDRCAISpotlightZoomTrack:       body[DRCAISpotlightZoomTrack],
		MethodDRCCameraAim:                  body[DRCCameraAim],
		MethodDRCCameraApertureValueSet:     body[DRCCameraApertureValueSet],
		MethodDRCCameraDenoiseLevelSet:      body[DRCCameraDenoiseLevelSet],
		MethodDRCCameraDewarpingSet:         body[DRCCameraDewarpingSet],
		MethodDRCCameraExposureModeSet:      body[DRCCameraExposureModeSet],
		MethodDRCCameraExposureSet:          body[DRCCameraExposureSet],
		MethodDRCCameraFocalLengthSet:       body[DRCCameraFocalLengthSet],
		MethodDRCCameraFocusModeSet:         body[DRCCameraFocusModeSet],
		MethodDRCCameraFocusValueSet:        body[DRCCameraFocusValueSet],
		MethodDRCCameraFrameZoom:            body[DRCCameraFrameZoom],
		MethodDRCCameraISOSet:               body[DRCCameraISOSet],
		MethodDRCCameraLookAt:               body[DRCCameraLookAt],
		MethodDRCCameraMechanicalShutterSet: body[DRCCameraMechanicalShutterSet],
		MethodDRCCameraModeSwitch:           body[DRCCameraModeSwitch],
		MethodDRCCameraNightModeSet:         body[DRCCameraNightModeSet],
		MethodDRCCameraNightVisionEnable:    body[DRCCameraNightVisionEnable],
		MethodDRCCameraPhotoFormatSet:       body[DRCCameraPhotoFormatSet],
		MethodDRCCameraPhotoStop:            body[DRCCameraPhotoStop],
		MethodDRCCameraPhotoTake:            body[DRCCameraPhotoTake],
		MethodDRCCameraPointFocusAction:     body[DRCCameraPointFocusAction],
		MethodDRCCameraRecordingStart:       body[DRCCameraRecordingStart],
		MethodDRCCameraRecordingStop:        body[DRCCameraRecordingStop],
		MethodDRCCameraScreenDrag:           body[DRCCameraScreenDrag],
		MethodDRCCameraScreenSplit:          body[DRCCameraScreenSplit],
		MethodDRCCameraShutterSet:           body[DRCCameraShutterSet],
		MethodDRCEmergencyLanding:           body[Empty],
		MethodDRCForceLanding:               body[Empty],
		MethodDRCGimbalReset:                body[DRCGimbalReset],
		MethodDRCInfraredFillLightEnable:    body[DRCInfraredFillLightEnable],
		MethodDRCInitialStateSubscribe:      body[DRCInitialStateSubscribe],
		MethodDRCIntervalPhotoSet:           body[DRCIntervalPhotoSet],
		MethodDRCIRMeteringAreaSet:          body[DRCIRMeteringAreaSet],
		MethodDRCIRMeteringModeSet:          body[DRCIRMeteringModeSet],
		MethodDRCIRMeteringPointSet:         body[DRCIRMeteringPointSet],
		MethodDRCLightBrightnessSet:         body[DRCLightBrightnessSet],
		MethodDRCLightCalibration:           body[DRCLightCalibration],
		MethodDRCLightFineTuningSet:         body[DRCLightFineTuningSet],
		MethodDRCLightModeSet:               body[DRCLightModeSet],
		MethodDRCLinkageZoomSet:             body[DRCLinkageZoomSet],
		MethodDRCLiveLensChange:             body[DRCLiveLensChange],
		MethodDRCNightLightsStateSet:        body[DRCNightLightsStateSet],
		MethodDRCPhotoStorageSet:            body[DRCPhotoStorageSet],
		MethodDRCPSDKInputBoxTextSet:        body[DRCPSDKInputBoxTextSet],
		MethodDRCPSDKWidgetValueSet:         body[DRCPSDKWidgetValueSet],
		MethodDRCSpeakerPlayModeSet:         body[DRCSpeakerPlayModeSet],
		MethodDRCSpeakerPlayStop:            body[DRCSpeakerPlayStop],
		MethodDRCSpeakerPlayVolumeSet:       body[DRCSpeakerPlayVolumeSet],
		MethodDRCSpeakerReplay:              body[DRCSpeakerReplay],
		MethodDRCSpeakerTTSPlayStart:        body[DRCSpeakerTTSPlayStart],
		MethodDRCSpeakerTTSSet:              body[DRCSpeakerTTSSet],
		MethodDRCStealthStateSet:            body[DRCStealthStateSet],
		MethodDRCVideoResolutionSet:         body[DRCVideoResolutionSet],
		MethodDRCVideoStorageSet:            body[DRCVideoStorageSet],
		MethodDroneControl:                  body[DroneControl],
		MethodDroneEmergencyStop:            body[DroneEmergencyStop],
		MethodHeartBeat:                     body[HeartBeat],
		MethodStickControl:                  body[StickControl],
	},
	KindStatus: {
		MethodUpdateTopo: body[Topo],
	},
	KindStatusReply: {
		MethodUpdateTopo: body[Result],
	},
}

// IsService says whether a dock offers a service of that name: one with data, or with a documented reply.
func IsService(method string) bool {
	return bodies[KindServices][method] != nil || bodies[KindServicesReply][method] != nil
}
